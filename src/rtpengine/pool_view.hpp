#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "rtpengine/instance_health.hpp"

namespace cadenas::rtpengine {

/// An instance as API, CLI and metrics show it.
struct InstanceView {
  std::string control;  ///< address:port, its name too
  unsigned weight = 1;
  InstanceState state = InstanceState::unknown;
  std::string reason;        ///< why it is down; empty
  base::WallTime since{};    ///< of the state; 1970 while unknown
  std::size_t sessions = 0;  ///< open now
  std::uint64_t opened = 0;  ///< sessions since the start
  std::uint64_t lost = 0;    ///< sessions it had when it went away
};
struct PoolView {
  std::vector<InstanceView> instances;
};

/// The instance that shall have the next session: up, and with the least sessions for its weight; among equals the one
/// after `last`. Nothing if none is up. Pure.
std::optional<std::size_t> choose(const std::vector<InstanceView>& instances, std::size_t last);

}  // namespace cadenas::rtpengine
