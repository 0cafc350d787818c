#include "load/process_cost.hpp"

#include <fstream>
#include <sstream>
#include <string>

#include <unistd.h>

namespace cadenas::bench {

namespace {

void add_one(pid_t pid, ProcessCost& sum) {
  const std::string folder = "/proc/" + std::to_string(pid);
  std::ifstream stat(folder + "/stat");
  std::string line;
  std::getline(stat, line);
  // The command name, in parentheses, may hold blanks: fields are counted from behind it.
  const auto behind = line.rfind(')');
  if (behind == std::string::npos) return;
  std::istringstream fields(line.substr(behind + 1));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  std::uint64_t user = 0, system = 0;
  fields >> user >> system;
  sum.cpu_seconds += static_cast<double>(user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));

  std::ifstream memory(folder + "/smaps_rollup");
  while (std::getline(memory, line)) {
    if (line.rfind("Pss:", 0) == 0) sum.resident_kb += std::stoull(line.substr(4));
  }
  std::ifstream children(folder + "/task/" + std::to_string(pid) + "/children");
  for (pid_t child = 0; children >> child;) add_one(child, sum);
}

}  // namespace

ProcessCost cost_of(const std::vector<pid_t>& servers) {
  ProcessCost sum;
  for (const auto server : servers) add_one(server, sum);
  return sum;
}

}  // namespace cadenas::bench
