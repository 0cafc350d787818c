#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "media/audio/tone.hpp"

namespace cadenas::media {

/// Plays digits as tones (ITU-T Q.23), one after the other, 100 ms each with a pause of 100 ms. One thread at a time;
/// never allocates.
class DigitPlayer {
 public:
  explicit DigitPlayer(SampleRate rate) : rate_(rate) {}

  /// Plays it after those that wait; what is no digit, and what is more than `kMost`, is left out.
  void add(char digit);
  /// Writes the next samples over all of `out` while there is something to play; else false, and `out` is as it was.
  bool fill(SampleBuffer out);

 private:
  static constexpr std::size_t kMost = 32;

  SampleRate rate_;
  std::array<char, kMost> waiting_{};
  std::size_t first_ = 0;
  std::size_t count_ = 0;
  std::optional<ToneGenerator> playing_;
};

}  // namespace cadenas::media
