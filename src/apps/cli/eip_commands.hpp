#pragma once

#include "apps/cli/commands.hpp"

namespace CLI {
class App;
}

namespace cadenas::apps::cli {

/// `eip`: the media board, in and out of service, and the address it has (OPS-2).
void add_eip_commands(CLI::App& app, Action& action);

}  // namespace cadenas::apps::cli
