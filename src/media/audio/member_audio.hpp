#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "media/audio/format.hpp"
#include "media/audio/frame.hpp"

namespace cadenas::media {

/// What signalling agreed on for the audio of a member of a conference.
struct MemberAudio {
  std::vector<PayloadFormat> receives;  ///< what it may send, by our numbers; at least one of them voice
  PayloadFormat sends;                  ///< what it is sent, by its number; voice
  std::size_t packet_ms = kFrameMs;     ///< a=ptime of what it is sent

  friend bool operator==(const MemberAudio&, const MemberAudio&) = default;
};

/// Both directions have a voice codec.
inline bool has_voice(const MemberAudio& audio) {
  const auto is_voice = [](const PayloadFormat& format) { return facts(format.codec).is_voice; };
  return is_voice(audio.sends) && std::ranges::any_of(audio.receives, is_voice);
}

}  // namespace cadenas::media
