#pragma once

#include <cstdint>
#include <vector>

#include <sys/types.h>

namespace cadenas::bench {

/// What server processes and their children (Kamailio forks its workers) have used so far.
struct ProcessCost {
  double cpu_seconds = 0;         ///< user and system time of all of them, from /proc/PID/stat
  std::uint64_t resident_kb = 0;  ///< proportional set size of all of them, from /proc/PID/smaps_rollup: memory that
                                  ///< several share is counted once in the sum
};

/// A pid that does not exist adds nothing.
ProcessCost cost_of(const std::vector<pid_t>& servers);

}  // namespace cadenas::bench
