#include "media/audio/pitch.hpp"

#include <algorithm>
#include <cmath>

namespace cadenas::media {
namespace {

double likeness(Samples audio, std::size_t lag, std::size_t window, std::size_t stride) {
  // One in so many samples says enough, and integers keep the loop short: 16 bits squared, at most 2^10 times.
  std::int64_t cross = 0;
  std::int64_t now = 0;
  std::int64_t before = 0;
  for (std::size_t i = audio.size() - window; i < audio.size(); i += stride) {
    const std::int32_t x = audio[i];
    const std::int32_t y = audio[i - lag];
    cross += std::int64_t{x} * y;
    now += std::int64_t{x} * x;
    before += std::int64_t{y} * y;
  }
  if (now == 0 && before == 0) return 1;
  if (now == 0 || before == 0) return 0;
  return static_cast<double>(cross) / std::sqrt(static_cast<double>(now) * static_cast<double>(before));
}

}  // namespace

Pitch find_pitch(Samples audio, SampleRate rate, std::size_t shortest, std::size_t longest, std::size_t window) {
  const std::size_t fine = hertz(rate) / hertz(SampleRate::narrow);
  const std::size_t coarse = 2 * fine;
  Pitch best{shortest, -2};
  const auto look = [&](std::size_t from, std::size_t to, std::size_t step, std::size_t stride) {
    for (std::size_t lag = from; lag <= to; lag += step) {
      const double found = likeness(audio, lag, window, stride);
      if (found > best.likeness) best = {lag, found};
    }
  };
  look(shortest, longest, coarse, coarse);
  const std::size_t around = best.period;
  best.likeness = -2;
  look(std::max(shortest, around - std::min(around, coarse)), std::min(longest, around + coarse), 1, fine);
  return best;
}

}  // namespace cadenas::media
