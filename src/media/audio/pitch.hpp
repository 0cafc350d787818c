#pragma once

#include <cstddef>

#include "media/audio/frame.hpp"

namespace cadenas::media {

/// How a short piece of audio repeats itself.
struct Pitch {
  std::size_t period = 0;  ///< samples, between the bounds asked for
  double likeness = 0;     ///< normalised correlation of what lies one period apart, −1…1; 1 also for silence
};

/// The period between `shortest` and `longest` under which the last `window` samples are most like those one period
/// before them. `audio` must hold at least `window + longest`. Looks at every sample at 8 kHz, at fewer above.
Pitch find_pitch(Samples audio, SampleRate rate, std::size_t shortest, std::size_t longest, std::size_t window);

}  // namespace cadenas::media
