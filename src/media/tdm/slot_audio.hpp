#pragma once

#include <cstdint>
#include <optional>

#include "media/audio/member_audio.hpp"
#include "media/session_stats.hpp"

namespace cadenas::media::tdm {

/// What signalling agreed on for the voice of an RTP leg whose other side is a time slot.
struct SlotAudio {
  MemberAudio voice;  ///< what the peer may send (with CN and telephone events where they were agreed on), and is sent
  std::optional<std::uint8_t> sends_events;  ///< payload type of telephone events towards the peer; none: in the voice

  friend bool operator==(const SlotAudio&, const SlotAudio&) = default;
};

/// What went through a time slot, in frames of 20 ms; clear by nature, and no packet.
struct SlotStats {
  std::uint64_t heard = 0;    ///< came from the port
  std::uint64_t said = 0;     ///< went to the port
  std::uint64_t missed = 0;   ///< was to be heard and was not there: the card or the bus was late
  std::uint64_t slipped = 0;  ///< was thrown away, either way, because too much waited

  friend bool operator==(const SlotStats&, const SlotStats&) = default;
};

/// A session of an RTP leg and a time slot: the proof of the one, and the traffic of the other.
struct SlotSessionStats {
  SideStats leg;
  SlotStats slot;

  friend bool operator==(const SlotSessionStats&, const SlotSessionStats&) = default;
};

}  // namespace cadenas::media::tdm
