#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "rtpengine/pool_view.hpp"

namespace cadenas::pbx {

/// Where media is relayed.
struct MediaView {
  std::size_t board_sessions = 0;                   ///< on the embedded board
  std::shared_ptr<const rtpengine::PoolView> pool;  ///< null: none is configured
  bool falls_back = false;                          ///< to the board while none of the pool is up
  std::uint64_t fallbacks = 0;                      ///< sessions that went there for want of a relay
};

}  // namespace cadenas::pbx
