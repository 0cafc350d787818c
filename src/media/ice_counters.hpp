#pragma once

#include <atomic>
#include <optional>

#include "media/counter.hpp"
#include "media/ice_stats.hpp"

namespace cadenas::media {

/// The live form of IceStats. Written by the media thread of the leg, read by any.
struct IceCounters {
  Counter answered, nominations;
  Counter malformed, wrong_credentials, unknown_attributes, role_conflicts, lost;

  /// Whether the leg is with ICE.
  void use(bool is_used) { is_used_.store(is_used, std::memory_order_relaxed); }
  void set(IceState state) { state_.store(state, std::memory_order_relaxed); }
  /// Nothing where ICE is not used.
  std::optional<IceStats> read() const {
    constexpr auto relaxed = std::memory_order_relaxed;
    if (!is_used_.load(relaxed)) return std::nullopt;
    return IceStats{state_.load(relaxed),     answered.read(),           nominations.read(),    malformed.read(),
                    wrong_credentials.read(), unknown_attributes.read(), role_conflicts.read(), lost.read()};
  }

 private:
  std::atomic<bool> is_used_{false};
  std::atomic<IceState> state_{IceState::waiting};
};

}  // namespace cadenas::media
