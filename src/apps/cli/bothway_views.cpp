#include "apps/cli/bothway_views.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <ostream>

#include "apps/cli/answer_text.hpp"
#include "apps/cli/table.hpp"
#include "apps/cli/views.hpp"

namespace cadenas::apps::cli {

namespace {

using boost::json::value;

const value& member(const value& from, std::string_view name) {
  static const value nothing;
  const value* found = from.is_object() ? from.as_object().if_contains(name) : nullptr;
  return found ? *found : nothing;
}

}  // namespace

void show_authorities(std::ostream& out, const value& answer) {
  show_findings(out, answer);
  Table table({"CA", "ENDS", "STATE", "REVOKED", "LIST OF", "NEXT LIST", "SOURCE"});
  for (const value& authority : list(answer, "authorities")) {
    const value& certificate = member(authority, "certificate");
    const value& revocation = member(authority, "revocation_list");
    table.add({text(certificate, "subject"), short_time(certificate, "not_after"), text(certificate, "state"),
               text(revocation, "entries"), short_time(revocation, "this_update"),
               short_time(revocation, "next_update"), text(authority, "list_source")});
  }
  table.print(out);
  for (const value& authority : list(answer, "authorities")) {
    const value& problem = member(authority, "problem");
    if (problem.is_null()) continue;
    out << "! " << text(member(authority, "certificate"), "subject") << ": " << text(problem, "message") << " ["
        << text(problem, "code") << "]\n";
  }
}

void show_lists(std::ostream& out, const value& answer) {
  Table table({"ISSUER", "NUMBER", "REVOKED", "LIST OF", "NEXT LIST"});
  for (const value& l : list(answer, "revocation_lists")) {
    table.add({text(l, "issuer"), text(l, "number"), text(l, "entries"), short_time(l, "this_update"),
               short_time(l, "next_update")});
  }
  table.print(out);
}

void show_rehearsal(std::ostream& out, const value& answer) {
  for (const value& obstacle : list(answer, "obstacles")) {
    out << "! " << text(obstacle, "message") << " [" << text(obstacle, "code") << "]\n";
  }
  out << text(answer, "safe") << " registrations would stay, " << list(answer, "dark").size()
      << " phones would go dark; nothing is known of " << text(answer, "unknown")
      << " subscriptions that are not registered.\n";
  if (list(answer, "dark").empty()) return;
  Table table({"NUMBER", "NAME", "PHONE", "CODE", "WHY"});
  for (const value& phone : list(answer, "dark")) {
    table.add({text(phone, "number"), text(phone, "display_name"), text(phone, "user_agent"), text(phone, "code"),
               text(phone, "message")});
  }
  table.print(out);
}

void show_refusals(std::ostream& out, const value& answer) {
  Table table({"LAST", "TIMES", "ADDRESS", "BY", "CODE", "SUBJECT", "WHY"});
  for (const value& r : list(answer, "refusals")) {
    table.add({short_time(r, "last"), text(r, "count"), text(r, "address"), text(r, "transport"), text(r, "code"),
               text(r, "subject"), text(r, "message")});
  }
  table.print(out);
}

}  // namespace cadenas::apps::cli
