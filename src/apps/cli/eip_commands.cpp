#include "apps/cli/eip_commands.hpp"

#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <memory>
#include <ostream>

#include "apps/cli/answer_text.hpp"
#include "apps/cli/operation.hpp"
#include "apps/cli/table.hpp"

namespace cadenas::apps::cli {

namespace {

using boost::json::object;
using boost::json::value;

constexpr const char* path = "/api/v1/eip";

void show_eip(std::ostream& out, const value& eip) {
  print_fields(out, {{"media board", flag(eip, "in_service") ? "in service" : "OUT OF SERVICE: it takes no new calls"},
                     {"sessions", text(eip, "sessions")},
                     {"free ports", text(eip, "free_ports_ip4") + " IPv4, " + text(eip, "free_ports_ip6") + " IPv6"}});
  Table table({"ADDRESS", "INTERFACE", "STATE", "REASON"});
  for (const value& check : list(eip, "addresses")) {
    table.add({text(check, "address"), text(check, "interface"), text(check, "state"), text(check, "reason")});
  }
  out << '\n';
  table.print(out);
}

}  // namespace

void add_eip_commands(CLI::App& app, Action& action) {
  CLI::App* eip = app.add_subcommand("eip", "The media board: in and out of service, and the address it has");
  on_get_alone(eip, action, show_eip, path);
  on_get(eip->add_subcommand("status", "How it is"), action, show_eip, path);
  on(eip->add_subcommand("in", "Takes it into service"), action, show_eip, [](const Printing&) {
    return Operation{"PATCH", path, object{{"in_service", true}}};
  });
  CLI::App* out = eip->add_subcommand("out", "Takes it out of service: it takes no new calls");
  auto end = std::make_shared<bool>(false);
  out->add_flag("--end-calls", *end, "Ends the calls whose voice it carries; without it they go on");
  on(out, action, show_eip, [=](const Printing&) {
    return Operation{"PATCH", path, object{{"in_service", false}, {"calls", *end ? "end" : "go_on"}}};
  });
}

}  // namespace cadenas::apps::cli
