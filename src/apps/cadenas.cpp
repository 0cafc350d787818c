// The command line over the admin API.
#include <cstdlib>
#include <iostream>

#include "apps/cli/program.hpp"

int main(int argc, char** argv) {
  const auto environment = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value ? value : "");
  };
  return cadenas::apps::cli::run(std::vector<std::string>(argv + 1, argv + argc),
                                 {std::cout, std::cerr, std::cin, environment});
}
