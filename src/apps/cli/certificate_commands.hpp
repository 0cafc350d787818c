#pragma once

#include "apps/cli/commands.hpp"

namespace cadenas::apps::cli {

/// The commands of the SIP service's certificate: certs show, regenerate, import, trust, compare (CERT-1, CERT-2,
/// CERT-10).
void add_certificate_commands(CLI::App& app, Action& action);

}  // namespace cadenas::apps::cli
