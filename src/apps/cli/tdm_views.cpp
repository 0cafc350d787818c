#include "apps/cli/tdm_views.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <ostream>

#include "apps/cli/answer_text.hpp"
#include "apps/cli/table.hpp"

namespace cadenas::apps::cli {

namespace {

using boost::json::value;

std::string state(const value& port) {
  std::string word = text(port, "state");
  if (!flag(port, "declared")) return word + ", not declared";
  if (word == "no_card") return "no card has it";
  if (word == "other_kind") return "the card has another kind there";
  return word;
}

}  // namespace

void show_tdm_ports(std::ostream& out, const value& answer) {
  Table table({"PORT", "KIND", "NUMBER", "NAME", "PREFIX", "STRIP", "STATE"});
  for (const value& port : list(answer, "ports")) {
    table.add({text(port, "port"), text(port, "kind"), text(port, "number"), text(port, "display_name"),
               text(port, "prefix"), text(port, "strip"), state(port)});
  }
  table.print(out);
}

void show_tdm_port(std::ostream& out, const value& port) {
  print_fields(out, {{"port", text(port, "port")},
                     {"kind", text(port, "kind")},
                     {"number", text(port, "number")},
                     {"name", text(port, "display_name")},
                     {"prefix", text(port, "prefix")},
                     {"strip", text(port, "strip")}});
}

void show_shelves(std::ostream& out, const value& answer) {
  Table table({"SHELF", "ATTACHED", "LAW", "LINES", "PORTS", "RECEIVED", "LOST", "TOO MANY", "UNSENT"});
  for (const value& shelf : list(answer, "shelves")) {
    const std::string attached = flag(shelf, "stalled") ? "stalled" : text(shelf, "attached");
    table.add({text(shelf, "name"), attached, text(shelf, "law"), text(shelf, "lines"), text(shelf, "ports"),
               text(shelf, "blocks_received"), text(shelf, "blocks_lost"), text(shelf, "blocks_excess"),
               text(shelf, "blocks_unsent")});
  }
  table.print(out);
}

}  // namespace cadenas::apps::cli
