#pragma once

#include "apps/cli/commands.hpp"

namespace CLI {
class App;
}

namespace cadenas::apps::cli {

/// `tdm`: the ports of the TDM bus and the shelves they are in (ENC-2).
void add_tdm_commands(CLI::App& app, Action& action);

}  // namespace cadenas::apps::cli
