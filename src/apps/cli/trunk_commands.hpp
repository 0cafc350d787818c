#pragma once

#include "apps/cli/commands.hpp"

namespace CLI {
class App;
}

namespace cadenas::apps::cli {

/// `trunks`: the SIP trunks calls go to and come from (MODE-4, ENC-7).
void add_trunk_commands(CLI::App& app, Action& action);

}  // namespace cadenas::apps::cli
