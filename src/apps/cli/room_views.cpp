#include "apps/cli/room_views.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <ostream>

#include "apps/cli/answer_text.hpp"
#include "apps/cli/table.hpp"

namespace cadenas::apps::cli {

namespace {

using boost::json::value;

std::string rule(const value& room) {
  return text(room, "clear_members") == "refuse_clear" ? "is refused" : "turns all to clear";
}

}  // namespace

void show_rooms(std::ostream& out, const value& answer) {
  Table table({"NUMBER", "NAME", "PIN", "WHO CANNOT ENCRYPT", "ANNOUNCEMENTS", "LINKED TO"});
  for (const value& room : list(answer, "rooms")) {
    table.add({text(room, "number"), text(room, "name"), text(room, "asks_pin"), rule(room),
               text(room, "announcements"), text(room, "links")});
  }
  table.print(out);
}

void show_room(std::ostream& out, const value& room) {
  print_fields(out, {{"number", text(room, "number")},
                     {"name", text(room, "name")},
                     {"asks for a PIN", text(room, "asks_pin")},
                     {"who cannot encrypt", rule(room)},
                     {"announcements", text(room, "announcements")},
                     {"linked to", text(room, "links")}});
}

}  // namespace cadenas::apps::cli
