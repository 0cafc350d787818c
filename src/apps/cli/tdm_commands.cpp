#include "apps/cli/tdm_commands.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "apps/cli/operation.hpp"
#include "apps/cli/tdm_views.hpp"

namespace cadenas::apps::cli {

namespace {

using boost::json::object;

constexpr const char* ports_path = "/api/v1/tdm-ports";

struct TdmOptions {
  std::string port;
  std::string kind = "analogue";
  std::string number;
  std::string name;
  std::string prefix;
  unsigned strip = 0;
};

// "shelf/line/slot" is a path already; what is no such name the iPBX refuses.
std::string path_of(const std::string& port) {
  std::string out = ports_path;
  std::size_t from = 0;
  while (from <= port.size()) {
    const std::size_t to = std::min(port.find('/', from), port.size());
    out += "/" + segment(port.substr(from, to - from));
    from = to + 1;
  }
  return out;
}

void add_put_tdm(CLI::App* tdm, Action& action) {
  auto o = std::make_shared<TdmOptions>();
  CLI::App* putting = tdm->add_subcommand("put", "Declares one, or changes it as a whole");
  putting->add_option("port", o->port, "shelf/line/slot")->required();
  add_word_option(putting, "--kind", o->kind, {"analogue", "digital", "dect", "s0", "t0", "t2"}, "What is behind it");
  putting->add_option("--number", o->number, "Of a terminal: its number");
  putting->add_option("--name", o->name, "Of a terminal: name to display");
  putting->add_option("--prefix", o->prefix, "Of a trunk: numbers that begin so are called by it");
  putting->add_option("--strip", o->strip, "Of a trunk: characters of the prefix that are not dialled there");
  on(putting, action, show_tdm_port, [=](const Printing&) {
    return Operation{"PUT", path_of(o->port),
                     object{{"kind", o->kind},
                            {"number", o->number},
                            {"display_name", o->name},
                            {"prefix", o->prefix},
                            {"strip", o->strip}}};
  });
}

}  // namespace

void add_tdm_commands(CLI::App& app, Action& action) {
  CLI::App* tdm = app.add_subcommand("tdm", "The ports of the TDM bus: analogue and digital sets, DECT, S0, T0, T2");
  on_get_alone(tdm, action, show_tdm_ports, ports_path);
  on_get(tdm->add_subcommand("ports", "All of them, declared or found in a shelf"), action, show_tdm_ports, ports_path);
  on_get(tdm->add_subcommand("shelves", "The shelves, and what passed between them and the bus"), action, show_shelves,
         ports_path);
  add_put_tdm(tdm, action);
  CLI::App* removing = tdm->add_subcommand("remove", "Takes the declaration of one away, and ends its call");
  auto port = std::make_shared<std::string>();
  removing->add_option("port", *port, "shelf/line/slot")->required();
  on(removing, action, nullptr, [=](const Printing&) { return Operation{"DELETE", path_of(*port), {}}; });
}

}  // namespace cadenas::apps::cli
