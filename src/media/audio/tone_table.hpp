#pragma once

#include <cstdint>
#include <optional>

#include "media/audio/tone.hpp"

namespace cadenas::media {

/// Whose tones a caller hears.
enum class TonePlan : std::uint8_t {
  generic,  ///< ITU-T E.180/Q.35 as it recommends it: 425 Hz
  france,   ///< 440 Hz (ITU-T E.180 supplement 2)
};

/// The tones of call progress that a bridge or a TDM port plays itself.
enum class CallTone : std::uint8_t { dial, ringback, busy, congestion };

/// A tone of the table; it repeats.
Tone call_tone(TonePlan plan, CallTone tone);
/// The two frequencies of a digit (ITU-T Q.23) for 100 ms and a pause of 100 ms; nothing for what is no digit.
std::optional<Tone> dtmf_tone(char digit);

}  // namespace cadenas::media
