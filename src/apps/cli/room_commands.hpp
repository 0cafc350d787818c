#pragma once

#include "apps/cli/commands.hpp"

namespace CLI {
class App;
}

namespace cadenas::apps::cli {

/// `rooms`: the conferences that are called by a number (CONF-1, CONF-4).
void add_room_commands(CLI::App& app, Action& action);

}  // namespace cadenas::apps::cli
