#include "admin/http.hpp"

#include <array>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "admin/json_text.hpp"

namespace cadenas::admin {

namespace {

constexpr std::array<std::pair<Method, std::string_view>, 5> methods{{{Method::get, "GET"},
                                                                      {Method::post, "POST"},
                                                                      {Method::put, "PUT"},
                                                                      {Method::patch, "PATCH"},
                                                                      {Method::remove, "DELETE"}}};

constexpr std::array<std::pair<std::string_view, unsigned>, 19> statuses{{
    {"api.not-authenticated", 401},
    {"api.login-failed", 401},
    {"api.role", 403},
    {"api.no-such-path", 404},
    {"api.method", 405},
    {"api.too-slow", 408},
    {"api.body-too-large", 413},
    {"api.too-many-logins", 429},
    {"api.header-too-large", 431},
    {"api.failed", 500},
    {"api.busy", 503},
    {"account.last-administrator", 409},
    {"settings.realm-in-use", 409},
    {"mode.no-certificate", 409},
    {"store.failed", 500},
    {"store.busy", 503},
    {"snmp.busy", 503},
    {"snmp.not-sent", 502},
    {"snmp.no-engine", 500},
}};

// What a caller can put right by asking for something else.
constexpr std::array<std::string_view, 16> callers_fault{
    "api",  "request", "subscription", "class", "settings", "licence", "account", "call",
    "mode", "trunk",   "phone-ca",     "crl",   "cert",     "alarm",   "snmp",    "room"};

}  // namespace

std::string_view to_string(Method method) {
  for (const auto& [value, word] : methods) {
    if (value == method) return word;
  }
  return {};
}

std::optional<Method> parse_method(std::string_view word) {
  for (const auto& [value, name] : methods) {
    if (name == word) return value;
  }
  return std::nullopt;
}

unsigned status_of(const base::Error& error) {
  for (const auto& [code, status] : statuses) {
    if (code == error.code) return status;
  }
  const std::string_view code = error.code;
  const std::string_view room = code.substr(0, code.find('.'));
  const std::string_view what = code.substr(std::min(code.size(), room.size() + 1));
  if (what == "unknown") return 404;
  if (what == "exists" || what == "in-use") return 409;
  for (const std::string_view known : callers_fault) {
    if (room == known) return 400;
  }
  return 500;
}

Response problem(const base::Error& error) {
  boost::json::object what{
      {"code", error.code}, {"message", json_text(error.message)}, {"field", json_text(error.field)}};
  return {status_of(error),
          "application/json",
          boost::json::serialize(boost::json::object{{"error", std::move(what)}}),
          {}};
}

}  // namespace cadenas::admin
