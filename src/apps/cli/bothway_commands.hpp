#pragma once

#include "apps/cli/commands.hpp"

namespace cadenas::apps::cli {

/// The commands of mutual TLS: phone-ca, crl, bothway, refusals, trunks (MODE-3 to MODE-8, CERT-7).
void add_bothway_commands(CLI::App& app, Action& action);

}  // namespace cadenas::apps::cli
