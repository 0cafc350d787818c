#pragma once

#include <atomic>
#include <cstdint>
#include <functional>

#include "media/session_stats.hpp"
#include "media/side_counters.hpp"
#include "media/voice_quality.hpp"

namespace cadenas::media {

/// Names a conference room, and a member of one; the caller chooses them and never uses one twice in the life of a
/// board.
using RoomId = std::uint64_t;
using MemberId = std::uint64_t;

/// What a member may do in its room. Its digits are seen in any seat.
enum class Seat : std::uint8_t {
  talks,    ///< it hears and is heard
  listens,  ///< muted: it hears and is not heard
  waits,    ///< not let in yet: it hears nothing and is not heard
};

/// Hears of each digit (`0`…`9`, `*`, `#`, `A`…`D`) that a member dials. Called on the media thread of the room: it
/// must not block, so it posts.
using DigitSink = std::function<void(MemberId, char)>;

/// A member of a conference room: the proof of its leg, and how it is heard.
struct MemberStats {
  SideStats leg;
  int level_dbov = -127;  ///< of what it says, in its last 20 ms: -127 (silence) … 0
  bool speaks = false;    ///< the others hear it now
  Seat seat = Seat::talks;
  VoiceQuality quality;

  friend bool operator==(const MemberStats&, const MemberStats&) = default;
};

/// The live form of MemberStats. Written by the room's media thread, read by any.
struct MemberCounters {
  SideCounters leg;
  std::atomic<std::int8_t> level_dbov{-127};
  std::atomic<bool> speaks{false};
  std::atomic<Seat> seat{Seat::talks};
  LiveVoiceQuality quality;

  MemberStats read() const {
    constexpr auto relaxed = std::memory_order_relaxed;
    return {leg.read(), level_dbov.load(relaxed), speaks.load(relaxed), seat.load(relaxed), quality.read()};
  }
};

}  // namespace cadenas::media
