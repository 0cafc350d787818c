#pragma once

#include "apps/cli/commands.hpp"

namespace cadenas::apps::cli {

/// snmp list, put, remove, test: the network managers that are told of alarms (OPS-3).
void add_snmp_commands(CLI::App& app, Action& action);

}  // namespace cadenas::apps::cli
