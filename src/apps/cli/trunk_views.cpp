#include "apps/cli/trunk_views.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <ostream>

#include "apps/cli/answer_text.hpp"
#include "apps/cli/table.hpp"

namespace cadenas::apps::cli {

namespace {

using boost::json::value;

std::string prefixes(const value& trunk) {
  std::string out;
  for (const value& route : list(trunk, "routes")) {
    if (!out.empty()) out += ' ';
    out += text(route, "prefix");
    if (text(route, "strip") != "0") out += ":" + text(route, "strip");
  }
  return out;
}

std::string voice(const value& trunk) {
  return text(trunk, "srtp_mode") == "off" ? "clear" : "SRTP " + text(trunk, "srtp_mode");
}

std::string source_port(const value& trunk) {
  return text(trunk, "port") == "0" ? "any" : text(trunk, "port");
}

}  // namespace

void show_trunks(std::ostream& out, const value& answer) {
  Table table({"NAME", "ADDRESS", "PORT", "TRANSPORT", "TO PORT", "PREFIXES", "VOICE", "STATE", "SINCE"});
  for (const value& t : list(answer, "trunks")) {
    table.add({text(t, "name"), text(t, "address"), source_port(t), text(t, "transport"), text(t, "send_port"),
               prefixes(t), voice(t), text(t, "state"), short_time(t, "state_since")});
  }
  table.print(out);
  for (const value& t : list(answer, "trunks")) {
    if (!flag(t, "verify_server")) {
      out << "! " << text(t, "name") << ": its certificate is not verified [trunk.unverified]\n";
    }
    const value& problem = t.as_object().at("problem");
    if (problem.is_null()) continue;
    out << "! " << text(t, "name") << ": " << text(problem, "message") << " [" << text(problem, "code") << "]\n";
  }
}

void show_trunk(std::ostream& out, const value& t) {
  print_fields(out, {{"name", text(t, "name")},
                     {"address", text(t, "address")},
                     {"messages come from port", source_port(t)},
                     {"messages go to port", text(t, "send_port")},
                     {"transport", text(t, "transport")},
                     {"TLS identity", text(t, "tls_identity")},
                     {"certificate is verified", text(t, "verify_server")},
                     {"prefixes", prefixes(t)},
                     {"Digest user", text(t, "auth_user")},
                     {"voice", voice(t)},
                     {"calls at once", text(t, "max_calls")}});
}

}  // namespace cadenas::apps::cli
