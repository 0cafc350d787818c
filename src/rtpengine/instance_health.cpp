#include "rtpengine/instance_health.hpp"

#include <utility>

namespace cadenas::rtpengine {

std::string_view to_string(InstanceState state) {
  constexpr std::string_view names[]{"unknown", "up", "down"};
  return names[static_cast<std::size_t>(state)];
}

bool InstanceHealth::become(InstanceState state, std::string reason, base::WallTime now) {
  state_ = state;
  reason_ = std::move(reason);
  since_ = now;
  in_a_row_ = 0;
  return true;
}

bool InstanceHealth::on_pong(base::WallTime now) {
  if (state_ == InstanceState::up) {
    in_a_row_ = 0;
    return false;
  }
  if (state_ == InstanceState::down && ++in_a_row_ < settings_.pongs_to_rise) return false;
  return become(InstanceState::up, {}, now);
}

bool InstanceHealth::on_miss(const std::string& reason, base::WallTime now) {
  if (state_ == InstanceState::down) {
    in_a_row_ = 0;
    return false;
  }
  if (state_ == InstanceState::up && ++in_a_row_ < settings_.misses_to_fall) return false;
  return become(InstanceState::down, reason, now);
}

}  // namespace cadenas::rtpengine
