#pragma once

#include <functional>

#include "apps/cli/login.hpp"
#include "apps/cli/program.hpp"
#include "base/error.hpp"

namespace CLI {
class App;
}

namespace cadenas::apps::cli {

/// How a command prints.
struct Printing {
  const Surroundings& surroundings;
  bool json = false;
};

/// What the command line asked for.
using Action = std::function<base::Result<void>(const Access&, const Printing&)>;

/// Adds every command to `app`; parsing sets `action`, which must outlive the app.
void add_commands(CLI::App& app, Action& action);

}  // namespace cadenas::apps::cli
