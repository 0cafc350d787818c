#include "apps/cli/snmp_commands.hpp"

#include <CLI/CLI.hpp>
#include <boost/json/serialize.hpp>
#include <cstdint>
#include <memory>
#include <ostream>

#include "apps/cli/answer_text.hpp"
#include "apps/cli/operation.hpp"
#include "apps/cli/table.hpp"

namespace cadenas::apps::cli {

namespace {

using boost::json::object;
using boost::json::value;

const std::string base_path = "/api/v1/snmp-destinations";

void show_destinations(std::ostream& out, const value& answer) {
  Table table({"NAME", "ADDRESS", "PORT", "VERSION", "KIND", "USER", "FROM SEVERITY", "ON"});
  for (const value& d : list(answer, "destinations")) {
    table.add({text(d, "name"), text(d, "address"), text(d, "port"), text(d, "version"), text(d, "kind"),
               text(d, "user"), text(d, "least_severity"), text(d, "enabled")});
  }
  table.print(out);
  out << "Engine id of SNMPv3 traps: 0x" << text(answer, "engine_id") << '\n';
}

void show_destination(std::ostream& out, const value& d) {
  print_fields(out, {{"name", text(d, "name")},
                     {"address", text(d, "address")},
                     {"port", text(d, "port")},
                     {"version", text(d, "version")},
                     {"kind", text(d, "kind")},
                     {"user", text(d, "user")},
                     {"from severity", text(d, "least_severity")},
                     {"on", text(d, "enabled")},
                     {"community set", text(d, "community_set")},
                     {"authentication set", text(d, "authentication_passphrase_set")},
                     {"privacy set", text(d, "privacy_passphrase_set")}});
}

void show_test(std::ostream& out, const value& answer) {
  const std::string outcome = text(answer, "outcome");
  out << (outcome == "sent"           ? "The trap was sent; only an inform says whether it arrives.\n"
          : outcome == "acknowledged" ? "The manager acknowledged the inform.\n"
                                      : "The manager did not answer the inform.\n");
}

struct SnmpOptions {
  std::string name;
  std::string address;
  std::uint16_t port = 162;
  std::string version = "v2c";
  std::string kind = "trap";
  std::string user;
  std::string severity = "warning";
  std::string on = "yes";
  std::string community_file;
  std::string authentication_file;
  std::string privacy_file;
};

base::Result<Operation> put_operation(const SnmpOptions& o, const Printing& printing) {
  object body{{"address", o.address},    {"port", o.port}, {"version", o.version},
              {"kind", o.kind},          {"user", o.user}, {"least_severity", o.severity},
              {"enabled", o.on == "yes"}};
  const std::pair<const char*, const std::string&> secrets[] = {{"community", o.community_file},
                                                                {"authentication_passphrase", o.authentication_file},
                                                                {"privacy_passphrase", o.privacy_file}};
  for (const auto& [member, file] : secrets) {
    if (file.empty()) continue;
    auto secret = take_password(file, printing);
    if (!secret) return tl::unexpected<base::Error>(secret.error());
    body[member] = *std::move(secret);
  }
  return Operation{"PUT", base_path + "/" + segment(o.name), std::move(body)};
}

void add_put_snmp(CLI::App& snmp, Action& action) {
  auto o = std::make_shared<SnmpOptions>();
  CLI::App* putting = snmp.add_subcommand("put", "Declares one, or changes it; secrets left out stay");
  putting->add_option("name", o->name, "Its name")->required();
  putting->add_option("address", o->address, "Literal IP address")->required();
  putting->add_option("--port", o->port, "UDP port")->capture_default_str();
  add_word_option(putting, "--snmp", o->version, {"v2c", "v3"}, "Version of SNMP");
  add_word_option(putting, "--kind", o->kind, {"trap", "inform"}, "Whether it must acknowledge");
  putting->add_option("--community-file", o->community_file, "v2c: file with the community; - for standard input");
  putting->add_option("--snmp-user", o->user, "v3: user");
  putting->add_option("--auth-file", o->authentication_file,
                      "v3: file with the authentication passphrase (SHA-256); - for standard input");
  putting->add_option("--privacy-file", o->privacy_file,
                      "v3: file with the privacy passphrase (AES-128); - for standard input");
  add_word_option(putting, "--from-severity", o->severity, {"critical", "major", "minor", "warning"},
                  "What is less grave is not sent");
  add_word_option(putting, "--on", o->on, {"yes", "no"}, "Whether it is told of alarms");
  on(putting, action, show_destination, [=](const Printing& printing) { return put_operation(*o, printing); });
}

// The outcome is shown either way; an inform without an answer is also the program's failure.
base::Result<void> test(const Access& access, const Printing& printing, const std::string& name) {
  auto session = LoggedIn::open(access);
  if (!session) return tl::unexpected<base::Error>(session.error());
  auto answer = session->client().call("POST", base_path + "/" + segment(name) + "/test", "");
  if (!answer) return tl::unexpected<base::Error>(answer.error());
  print(printing, *answer, show_test);
  if (text(*answer, "outcome") != "unanswered") return {};
  return base::fail("snmp.unanswered",
                    "Check address, port, user and passphrases of the destination, and that it listens.", name);
}

}  // namespace

void add_snmp_commands(CLI::App& app, Action& action) {
  CLI::App* snmp = app.add_subcommand("snmp", "The network managers that are told of alarms");
  on_get_alone(snmp, action, show_destinations, base_path);
  on_get(snmp->add_subcommand("list", "All of them, and our engine id"), action, show_destinations, base_path);
  add_put_snmp(*snmp, action);
  auto name = std::make_shared<std::string>();
  CLI::App* removing = snmp->add_subcommand("remove", "Removes one");
  removing->add_option("name", *name, "Its name")->required();
  on(removing, action, nullptr, [=](const Printing&) {
    return Operation{"DELETE", base_path + "/" + segment(*name), {}};
  });
  CLI::App* testing = snmp->add_subcommand("test", "Sends a test notification and says whether it was acknowledged");
  testing->add_option("name", *name, "Its name")->required();
  testing->callback([=, &action] {
    action = [name](const Access& access, const Printing& printing) { return test(access, printing, *name); };
  });
}

}  // namespace cadenas::apps::cli
