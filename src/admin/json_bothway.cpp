#include "admin/json_bothway.hpp"

#include "admin/answers.hpp"
#include "admin/json_certificate.hpp"
#include "admin/json_text.hpp"

namespace cadenas::admin {

namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

object error_json(const base::Error& error) {
  return {{"code", error.code}, {"message", json_text(error.message)}, {"field", json_text(error.field)}};
}

}  // namespace

object to_json(const pki::CrlFacts& list) {
  return {{"issuer", json_text(list.issuer)},
          {"number", list.number ? value(list.number->to_hex()) : value(nullptr)},
          {"this_update", timestamp(list.this_update)},
          {"next_update", list.next_update ? value(timestamp(*list.next_update)) : value(nullptr)},
          {"entries", list.entries}};
}

array to_json(const pki::PhoneAuthorities& authorities, base::WallTime now) {
  array out;
  for (const pki::PhoneAuthority& authority : authorities) {
    out.push_back(object{{"certificate", to_json(authority.certificate, now)},
                         {"revocation_list", authority.list ? value(to_json(*authority.list)) : value(nullptr)},
                         {"list_source", authority.list_source},
                         {"problem", authority.problem ? value(error_json(*authority.problem)) : value(nullptr)}});
  }
  return out;
}

object to_json(const pbx::BothwayRehearsal& rehearsal) {
  array obstacles;
  for (const base::Error& obstacle : rehearsal.obstacles) obstacles.push_back(error_json(obstacle));
  array dark;
  for (const pbx::DarkPhone& phone : rehearsal.dark) {
    dark.push_back(object{{"number", phone.number},
                          {"display_name", json_text(phone.display_name)},
                          {"contact_uri", json_text(phone.contact_uri)},
                          {"user_agent", json_text(phone.user_agent)},
                          {"code", phone.code},
                          {"message", json_text(phone.message)}});
  }
  return {{"obstacles", std::move(obstacles)},
          {"dark", std::move(dark)},
          {"safe", rehearsal.safe},
          {"unknown", rehearsal.unknown}};
}

object to_json(const pbx::Refusal& r) {
  return {{"code", r.code},
          {"message", json_text(r.message)},
          {"transport", sip::to_string(r.transport)},
          {"address", r.address},
          {"subject", json_text(r.subject)},
          {"first", timestamp(r.first)},
          {"last", timestamp(r.last)},
          {"count", r.count}};
}

}  // namespace cadenas::admin
