#include "apps/cli/room_commands.hpp"

#include <CLI/CLI.hpp>
#include <memory>

#include "apps/cli/operation.hpp"
#include "apps/cli/room_views.hpp"

namespace cadenas::apps::cli {

namespace {

using boost::json::object;

struct Options {
  std::string number;
  std::string name;
  bool asks_pin = false;
  std::string pin_file;
  bool refuse_clear = false;
  bool quiet = false;
};

base::Result<Operation> put(const Options& o, const Printing& printing) {
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

void add_put(CLI::App* rooms, Action& action) {
  auto o = std::make_shared<Options>();
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

}  // namespace

void add_room_commands(CLI::App& app, Action& action) {
  CLI::App* rooms = app.add_subcommand("rooms", "The conferences that are called by a number");
  on_get_alone(rooms, action, show_rooms, "/api/v1/rooms");
  add_put(rooms, action);
  CLI::App* removing = rooms->add_subcommand("remove", "Removes one");
  auto number = std::make_shared<std::string>();
  removing->add_option("number", *number, "Its number")->required();
  on(removing, action, nullptr, [=](const Printing&) {
    return Operation{"DELETE", "/api/v1/rooms/" + segment(*number), {}};
  });
}

}  // namespace cadenas::apps::cli
