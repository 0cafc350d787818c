#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "media/audio/band_sums.hpp"
#include "media/audio/resampler.hpp"

namespace cadenas::media {

/// What a member of a conference says in 20 ms, in every band, and whether the others are to hear it. One media thread;
/// it allocates only when made.
class MemberSpeech {
 public:
  explicit MemberSpeech(SampleRate rate);

  SampleRate rate() const { return rate_; }
  /// Where the next frame is written to; then call `take`.
  SampleBuffer buffer() { return SampleBuffer(frame_).first(samples_in(rate_, kFrameMs)); }
  /// The next frame is there. `is_voice`: false for noise that stands for silence.
  void take(bool is_voice);

  Samples frame() const { return Samples(frame_).first(samples_in(rate_, kFrameMs)); }
  Samples in_band(SampleRate rate);
  int level() const { return level_; }  ///< dBov: -127…0
  /// The others are to hear it: it was louder than the noise of a quiet room within the last second.
  bool speaks() const { return frames_to_hear_ > 0; }
  /// Adds it to the sum in each band that is used.
  void add_to(BandSums& sums);

 private:
  /// What it says, in a band that is not its own.
  struct Converted {
    Resampler resampler;
    std::array<std::int16_t, kMaxFrameSamples> frame{};
    bool is_done = false;
  };

  SampleRate rate_;
  std::vector<Converted> converted_;  // by band; the one of its own is not used
  std::array<std::int16_t, kMaxFrameSamples> frame_{};
  int level_ = -127;
  int frames_to_hear_ = 0;
};

}  // namespace cadenas::media
