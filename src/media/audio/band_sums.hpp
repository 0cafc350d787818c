#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "media/audio/frame.hpp"
#include "media/audio/mix_sum.hpp"

namespace cadenas::media {

/// The bands that voice here comes in, the narrowest first.
inline constexpr std::array kBands{SampleRate::narrow, SampleRate::wide, SampleRate::full};
constexpr std::size_t band_of(SampleRate rate) {
  return rate == SampleRate::narrow ? 0 : rate == SampleRate::wide ? 1 : 2;
}

/// The sum of a bridge for one frame, once in each band that somebody hears: whoever listens in a narrow band costs no
/// conversion of the sum, and nobody is cut to the band of another. One thread at a time; never allocates.
class BandSums {
 public:
  void begin_frame() {
    for (Band& band : bands_) band.is_used = false;
  }
  /// Somebody hears this band in the frame. Call before the first `add`.
  void use(SampleRate rate) {
    Band& band = bands_[band_of(rate)];
    if (band.is_used) return;
    band.is_used = true;
    band.is_clipped = false;
    std::ranges::fill(sum(rate), 0);
  }
  bool is_used(SampleRate rate) const { return bands_[band_of(rate)].is_used; }
  /// A frame at `rate`.
  void add(SampleRate rate, Samples frame) { add_to_sum(sum(rate), frame); }

  /// What somebody hears who is heard with `own`, a frame that was added; `out` has room for a frame.
  void write_without(SampleRate rate, Samples own, SampleBuffer out) const { sum_without(sum(rate), own, out); }
  /// What somebody hears who is not heard. Good until the next frame.
  Samples all(SampleRate rate) {
    Band& band = bands_[band_of(rate)];
    const SampleBuffer whole = SampleBuffer(band.clipped).first(samples_in(rate, kFrameMs));
    if (!band.is_clipped) {
      std::ranges::transform(sum(rate), whole.begin(), [](std::int32_t sample) {
        return static_cast<std::int16_t>(std::clamp<std::int32_t>(sample, -32'768, 32'767));
      });
      band.is_clipped = true;
    }
    return whole;
  }

 private:
  struct Band {
    bool is_used = false;
    bool is_clipped = false;
    std::array<std::int32_t, kMaxFrameSamples> sum;
    std::array<std::int16_t, kMaxFrameSamples> clipped;
  };
  std::span<std::int32_t> sum(SampleRate rate) {
    return std::span(bands_[band_of(rate)].sum).first(samples_in(rate, kFrameMs));
  }
  std::span<const std::int32_t> sum(SampleRate rate) const {
    return std::span(bands_[band_of(rate)].sum).first(samples_in(rate, kFrameMs));
  }

  std::array<Band, kBands.size()> bands_{};
};

}  // namespace cadenas::media
