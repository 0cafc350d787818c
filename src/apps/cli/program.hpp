#pragma once

#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

namespace cadenas::apps::cli {

/// What `cadenas` ends with.
enum ExitStatus : int {
  done = 0,
  refused = 1,       ///< the API answered with an error
  usage = 2,         ///< wrong options, or a file that cannot be read
  unreachable = 3,   ///< no connection, or a server that is not the one expected
  not_logged_in = 4  ///< no login, a wrong or ended one, or not the role for it
};

/// Where the program meets its surroundings; tests bring their own.
struct Surroundings {
  std::ostream& out;
  std::ostream& err;
  std::istream& in;
  std::function<std::string(const char*)> environment;  ///< empty for a variable that is not set
};

/// The `cadenas` command; `arguments` without the program's name. Returns an ExitStatus.
int run(std::vector<std::string> arguments, const Surroundings& surroundings);

}  // namespace cadenas::apps::cli
