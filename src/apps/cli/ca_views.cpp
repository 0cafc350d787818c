#include "apps/cli/ca_views.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <chrono>
#include <ostream>

#include "admin/answers.hpp"
#include "admin/json_certificate.hpp"
#include "admin/json_text.hpp"
#include "apps/cli/answer_text.hpp"
#include "apps/cli/table.hpp"

namespace cadenas::apps::cli {

namespace {

using boost::json::object;
using boost::json::value;

const char* state_of(const pki::IssuedEntry& entry, base::WallTime now) {
  if (entry.revoked_at) return "revoked";
  return now >= entry.not_after + std::chrono::seconds(1) ? "expired" : "standing";
}

void add_row(Table& table, const value& entry) {
  table.add({text(entry, "serial"), text(entry, "kind"), text(entry, "common_name"), short_time(entry, "not_after"),
             text(entry, "state"), short_time(entry, "revoked_at"), text(entry, "reason")});
}

}  // namespace

object to_json(const pki::IssuedEntry& entry, base::WallTime now) {
  object out{{"serial", entry.serial},
             {"kind", pki::to_string(entry.kind)},
             {"common_name", admin::json_text(entry.common_name)},
             {"issued_at", admin::timestamp(entry.issued_at)},
             {"not_after", admin::timestamp(entry.not_after)},
             {"state", state_of(entry, now)},
             {"revoked_at", nullptr},
             {"reason", nullptr}};
  if (entry.revoked_at) {
    out["revoked_at"] = admin::timestamp(*entry.revoked_at);
    out["reason"] = pki::to_string(entry.reason);
  }
  return out;
}

object to_json(const pki::PublishedList& list) {
  return {{"number", list.facts.number ? value(list.facts.number->to_hex()) : value(nullptr)},
          {"entries", list.facts.entries},
          {"this_update", admin::timestamp(list.facts.this_update)},
          {"next_update", list.facts.next_update ? value(admin::timestamp(*list.facts.next_update)) : value(nullptr)}};
}

base::Result<object> to_json(const pki::Authority& authority, base::WallTime now) {
  const auto token = authority.token();
  if (!token) return tl::unexpected<base::Error>(token.error());
  const auto& entries = authority.ledger().entries();
  const auto in_state = [&](std::string_view state) {
    return std::count_if(entries.begin(), entries.end(),
                         [&](const pki::IssuedEntry& entry) { return state_of(entry, now) == state; });
  };
  return object{{"certificate", admin::to_json(authority.certificate(), now)},
                {"file", authority.certificate_file().string()},
                {"token", *token ? value((*token)->to_string()) : value(nullptr)},
                {"crl_uri", authority.ledger().crl_uri()},
                {"last_list_number", authority.ledger().last_list_number()},
                {"standing", in_state("standing")},
                {"revoked", in_state("revoked")},
                {"expired", in_state("expired")}};
}

object issued_json(const pki::Certificate& certificate, const std::filesystem::path& file, base::WallTime now) {
  return {{"certificate", admin::to_json(certificate, now)}, {"file", file.string()}};
}

void show_ca(std::ostream& out, const value& answer) {
  const value& certificate = answer.at("certificate");
  const std::string token = text(answer, "token");
  print_fields(out, {{"CA", text(certificate, "subject")},
                     {"certificate", text(answer, "file")},
                     {"ends", short_time(certificate, "not_after")},
                     {"state", text(certificate, "state")},
                     {"SHA-256", text(certificate, "fingerprint_sha256")},
                     {"key", token.empty() ? "in its directory" : token},
                     {"lists at", text(answer, "crl_uri")},
                     {"last list", text(answer, "last_list_number")},
                     {"certificates", text(answer, "standing") + " standing, " + text(answer, "revoked") +
                                          " revoked, " + text(answer, "expired") + " expired"}});
}

void show_issued(std::ostream& out, const value& answer) {
  Table table({"NAME", "SERIAL", "ENDS", "FILE"});
  for (const value& issued : list(answer, "issued")) {
    const value& certificate = issued.at("certificate");
    table.add({text(certificate, "common_name"), text(certificate, "serial"), short_time(certificate, "not_after"),
               text(issued, "file")});
  }
  table.print(out);
}

void show_ledger(std::ostream& out, const value& answer) {
  Table table({"SERIAL", "KIND", "NAME", "ENDS", "STATE", "REVOKED", "REASON"});
  for (const value& entry : list(answer, "certificates")) add_row(table, entry);
  table.print(out);
}

void show_published(std::ostream& out, const value& answer) {
  print_fields(out, {{"list", text(answer, "number")},
                     {"revoked", text(answer, "entries")},
                     {"of", short_time(answer, "this_update")},
                     {"next", short_time(answer, "next_update")},
                     {"file", text(answer, "file")},
                     {"PEM", text(answer, "pem_file")},
                     {"loaded", flag(answer, "loaded") ? "into the iPBX" : ""}});
}

}  // namespace cadenas::apps::cli
