#include "media/audio/time_stretch.hpp"

#include <algorithm>
#include <cmath>

#include "media/audio/level.hpp"
#include "media/audio/pitch.hpp"

namespace cadenas::media {
namespace {

constexpr double kAlike = 0.8;
constexpr double kTooQuietToMatterDbov = -60;

/// 0 if no period may be taken out or put in.
std::size_t period_of(Samples window, SampleRate rate) {
  const std::size_t longest = longest_stretch(rate);
  const Pitch pitch = find_pitch(window, rate, longest / 4, longest, longest);
  const bool unheard = pitch.likeness >= kAlike || level_dbov(window) < kTooQuietToMatterDbov;
  return unheard ? pitch.period : 0;
}

std::int16_t between(std::int16_t from, std::int16_t to, std::size_t at, std::size_t of) {
  const double weight = static_cast<double>(at + 1) / static_cast<double>(of + 1);
  return static_cast<std::int16_t>(std::lround(from + (to - from) * weight));
}

}  // namespace

std::size_t shorten(SampleBuffer audio, SampleRate rate) {
  const std::size_t window = stretch_window(rate);
  if (audio.size() < window) return 0;
  const std::size_t period = period_of(audio.first(window), rate);
  // The last two periods of the window become one that begins as the first and ends as the second.
  const std::size_t start = window - 2 * period;
  for (std::size_t i = 0; i < period; ++i) {
    audio[start + i] = between(audio[start + i], audio[start + period + i], i, period);
  }
  const auto at = [&](std::size_t index) { return audio.begin() + static_cast<std::ptrdiff_t>(index); };
  if (period > 0) std::copy(at(window), audio.end(), at(window - period));
  return period;
}

std::size_t lengthen(SampleBuffer audio, std::size_t size, SampleRate rate) {
  if (size < stretch_window(rate) || audio.size() < size + longest_stretch(rate)) return 0;
  const std::size_t period = period_of(audio.first(stretch_window(rate)), rate);
  if (period == 0) return 0;
  // All from the second period on moves up by one; its place is taken by a blend from itself back to the first.
  const auto at = [&](std::size_t index) { return audio.begin() + static_cast<std::ptrdiff_t>(index); };
  std::copy_backward(at(period), at(size), at(size + period));
  for (std::size_t i = 0; i < period; ++i) {
    audio[period + i] = between(audio[2 * period + i], audio[i], i, period);
  }
  return period;
}

}  // namespace cadenas::media
