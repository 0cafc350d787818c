#include "apps/cli/room_commands.hpp"

#include <CLI/CLI.hpp>
#include <memory>

#include "apps/cli/operation.hpp"
#include "apps/cli/room_views.hpp"

namespace cadenas::apps::cli {

namespace {

using boost::json::object;

struct RoomOptions {
  std::string number;
  std::string name;
  bool asks_pin = false;
  std::string pin_file;
  bool refuse_clear = false;
  bool quiet = false;
};

base::Result<Operation> put(const RoomOptions& o, const Printing& printing) {
  object body{{"name", o.name},
              {"asks_pin", o.asks_pin || !o.pin_file.empty()},
              {"clear_members", o.refuse_clear ? "refuse_clear" : "fall_back"},
              {"announcements", !o.quiet}};
  if (!o.pin_file.empty()) {
    const auto pin = take_password(o.pin_file, printing);
    if (!pin) return tl::unexpected<base::Error>(pin.error());
    body["pin"] = *pin;
  }
  return Operation{"PUT", "/api/v1/rooms/" + segment(o.number), std::move(body)};
}

void add_put_room(CLI::App* rooms, Action& action) {
  auto o = std::make_shared<RoomOptions>();
  CLI::App* putting = rooms->add_subcommand("put", "Sets one up, or changes it as a whole");
  putting->add_option("number", o->number, "The number that is called")->required();
  putting->add_option("--name", o->name, "Its name");
  putting->add_option("--pin-file", o->pin_file, "File with the PIN that callers dial, - for standard input");
  putting->add_flag("--keep-pin", o->asks_pin, "Goes on asking for the PIN that is stored");
  putting->add_flag("--refuse-clear", o->refuse_clear,
                    "Refuses who cannot encrypt; without it the voice of all falls back to clear");
  putting->add_flag("--quiet", o->quiet, "No signals when somebody joins or leaves");
  on(putting, action, show_room, [=](const Printing& printing) { return put(*o, printing); });
}

void add_link(CLI::App* rooms, Action& action, const char* name, const char* what, const char* method) {
  CLI::App* linking = rooms->add_subcommand(name, what);
  auto one = std::make_shared<std::string>();
  auto other = std::make_shared<std::string>();
  linking->add_option("number", *one, "The number of one")->required();
  linking->add_option("other", *other, "The number of the other")->required();
  on(linking, action, nullptr, [=](const Printing&) {
    return Operation{method, "/api/v1/rooms/" + segment(*one) + "/links/" + segment(*other), {}};
  });
}

void add_call(CLI::App* rooms, Action& action) {
  CLI::App* calling = rooms->add_subcommand("call", "Lets one call a number and brings in who answers");
  auto room = std::make_shared<std::string>();
  auto number = std::make_shared<std::string>();
  calling->add_option("room", *room, "The number of the room")->required();
  calling->add_option("number", *number, "Whom it calls: a subscription, or a number of a trunk")->required();
  on(calling, action, nullptr, [=](const Printing&) {
    return Operation{"POST", "/api/v1/rooms/" + segment(*room) + "/calls", {{"number", *number}}};
  });
}

}  // namespace

void add_room_commands(CLI::App& app, Action& action) {
  CLI::App* rooms = app.add_subcommand("rooms", "The conferences that are called by a number");
  on_get_alone(rooms, action, show_rooms, "/api/v1/rooms");
  add_put_room(rooms, action);
  CLI::App* removing = rooms->add_subcommand("remove", "Removes one");
  auto number = std::make_shared<std::string>();
  removing->add_option("number", *number, "Its number")->required();
  on(removing, action, nullptr, [=](const Printing&) {
    return Operation{"DELETE", "/api/v1/rooms/" + segment(*number), {}};
  });
  add_link(rooms, action, "link", "Lets two hear each other: all of both are encrypted, or none", "PUT");
  add_link(rooms, action, "unlink", "Ends that", "DELETE");
  add_call(rooms, action);
}

}  // namespace cadenas::apps::cli
