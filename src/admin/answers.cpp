#include "admin/answers.hpp"

#include <boost/json/serialize.hpp>
#include <charconv>

#include <fmt/chrono.h>

#include "base/log.hpp"

namespace cadenas::admin {

namespace {
constexpr std::size_t default_limit = 100;
constexpr std::size_t greatest_limit = 1000;
}  // namespace

Response ok(const boost::json::value& body) {
  return {200, "application/json", boost::json::serialize(body), {}};
}

Response created(const boost::json::value& body) {
  return {201, "application/json", boost::json::serialize(body), {}};
}

Response no_content() {
  return {204, "", "", {}};
}

std::string timestamp(base::WallTime at) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(at);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)),
                     (at - seconds).count());
}

base::Result<std::size_t> read_limit(const Request& request) {
  const auto at = request.query.find("limit");
  if (at == request.query.end()) return default_limit;
  std::size_t value = 0;
  const std::string& text = at->second;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 1 || value > greatest_limit) {
    return base::fail("request.query", "limit is a number from 1 to 1000.", "limit");
  }
  return value;
}

void note(const Exchange& exchange, std::string code, std::string message, std::string subject) {
  Context& context = *exchange.context;
  base::log::info("admin.change", {{"code", code}, {"actor", exchange.caller.account}, {"subject", subject}});
  context.store.write_journal(
      {0, context.clock.now(), exchange.caller.account, std::move(code), std::move(message), std::move(subject)},
      [](const base::Result<void>& done) {
        if (!done) base::log::error("admin.journal-failed", {{"code", done.error().code}});
      });
}

}  // namespace cadenas::admin
