#pragma once

#include <cstdint>
#include <vector>

#include <sys/types.h>

namespace cadenas::bench {

/// What a server process and its children (Kamailio forks its workers) have used so far.
struct ProcessCost {
  double cpu_seconds = 0;         ///< user and system time of all of them, from /proc/PID/stat
  std::uint64_t resident_kb = 0;  ///< proportional set size of all of them, from /proc/PID/smaps_rollup: memory that
                                  ///< several share is counted once in the sum
};

/// Zeroes for a pid that does not exist.
ProcessCost cost_of(pid_t server);

}  // namespace cadenas::bench
