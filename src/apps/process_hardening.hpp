#pragma once

#include <cstdint>

#include "base/error.hpp"

namespace cadenas::apps {

/// Keys must never reach a core file: no core dumps, and no other process of the same user may read this one's memory.
/// Error "process.core-dumps".
base::Result<void> forbid_core_dumps();

/// Takes the limit on open files to the hard limit; returns it.
std::uint64_t raise_open_files();

}  // namespace cadenas::apps
