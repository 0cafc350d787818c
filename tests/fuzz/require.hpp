#pragma once

#include <cstdlib>

/// Stops the fuzzer when something that must hold does not.
inline void require(bool holds) {
  if (!holds) std::abort();
}
