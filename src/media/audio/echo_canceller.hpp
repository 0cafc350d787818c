#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "media/audio/frame.hpp"

struct SpeexEchoState_;

namespace cadenas::media {

/// Takes out of what a line says the echo of what it was said (ITU-T G.168): a linear filter that follows the echo path
/// while only the far end speaks, and stays while both do. Nothing is clipped or replaced by noise: what is left is
/// some 35 dB below the echo. While the far end has been silent for longer than the tail, what the line says passes
/// untouched, and so it does where the filter was led astray and would add to it. A line whose own tone comes back from
/// the far end cannot be told from an echo of that: such a tone is weakened. 8 kHz; one thread; no allocation after
/// construction.
class EchoCanceller {
 public:
  static constexpr std::size_t kFrame = samples_in(SampleRate::narrow, kFrameMs);
  static constexpr unsigned kLongestTailMs = 128;

  /// `tail_ms`, 1…128: the latest that an echo comes after what was said, with what the line smears it. Throws
  /// std::bad_alloc.
  explicit EchoCanceller(unsigned tail_ms);

  /// `said` and `heard` are the same 20 ms of the two directions, and follow those of the last call. Echo is taken out
  /// of `heard`. False: nothing had to be, and not a sample was changed.
  bool cancel(Samples said, SampleBuffer heard);
  /// The echo path is another one from now on: it is learnt anew, which is faster than to unlearn the old one.
  void forget();

 private:
  struct Free {
    void operator()(SpeexEchoState_* state) const;
  };
  std::unique_ptr<SpeexEchoState_, Free> state_;
  const std::size_t tail_frames_;
  std::size_t silent_frames_;  // of the far end, in a row
  bool passes_ = true;         // the last frame passed untouched
};

}  // namespace cadenas::media
