#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace cadenas::rtpengine {

enum class InstanceState : std::uint8_t { unknown, up, down };
/// "unknown", "up", "down".
std::string_view to_string(InstanceState state);

/// Whether an instance may be given calls, from what its pings brought. A value without clock or socket.
///
///   state         | pong | ping unanswered
///   unknown       | up   | down
///   up            | up   | down at the `misses_to_fall`th in a row
///   down          | up at the `pongs_to_rise`th in a row | down
class InstanceHealth {
 public:
  struct Settings {
    unsigned misses_to_fall = 2;
    unsigned pongs_to_rise = 2;
  };
  explicit InstanceHealth(Settings settings) : settings_(settings) {}

  /// True where the state has changed.
  bool on_pong(base::WallTime now);
  bool on_miss(const std::string& reason, base::WallTime now);

  InstanceState state() const { return state_; }
  const std::string& reason() const { return reason_; }  ///< why it is down, a sentence; else empty
  base::WallTime since() const { return since_; }        ///< of the state

 private:
  bool become(InstanceState state, std::string reason, base::WallTime now);

  Settings settings_;
  InstanceState state_ = InstanceState::unknown;
  std::string reason_;
  base::WallTime since_{};
  unsigned in_a_row_ = 0;  // of what speaks against the state
};

}  // namespace cadenas::rtpengine
