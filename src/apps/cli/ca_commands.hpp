#pragma once

#include "apps/cli/commands.hpp"

namespace cadenas::apps::cli {

/// `ca`: a private certificate authority in a directory of this machine (CERT-2, CERT-3, CERT-7, CERT-9, TMA-10).
void add_ca_commands(CLI::App& app, Action& action);

/// Those of them that issue: issue, issue-phones.
void add_ca_issue_commands(CLI::App& group, Action& action);

}  // namespace cadenas::apps::cli
