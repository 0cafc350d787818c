#pragma once

#include <cstddef>
#include <memory>

#include "media/audio/frame.hpp"

struct SpeexResamplerState_;

namespace cadenas::media {

/// Changes the sample rate of one stream. It delays by at most 4 ms of the lower rate. One thread at a time; allocates
/// only when made.
class Resampler {
 public:
  /// Throws std::bad_alloc without memory. With two equal rates it copies.
  Resampler(SampleRate from, SampleRate to);

  SampleRate from() const { return from_; }
  SampleRate to() const { return to_; }
  std::size_t delay_samples() const;  ///< at the rate it gives
  /// Samples that `in_samples` become: exact for whole milliseconds.
  std::size_t samples_for(std::size_t in_samples) const { return in_samples * hertz(to_) / hertz(from_); }
  /// Converts all of `in` (whole milliseconds) and returns what it wrote, `samples_for(in.size())`. `out` must have
  /// that room and must not overlap `in`.
  std::size_t convert(Samples in, SampleBuffer out);

 private:
  struct Free {
    void operator()(SpeexResamplerState_* state) const;
  };
  SampleRate from_;
  SampleRate to_;
  std::unique_ptr<SpeexResamplerState_, Free> state_;
};

}  // namespace cadenas::media
