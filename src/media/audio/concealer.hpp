#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "media/audio/frame.hpp"

namespace cadenas::media {

/// Hides lost packets of a codec that has no concealment of its own, by waveform substitution as ITU-T G.711 appendix I
/// describes it: the last pitch period goes on, fades after 10 ms and is silence after 60 ms; what comes next is
/// blended in. Unlike the appendix it delays nothing: the start is made smooth by an offset that decays. One thread at
/// a time.
class Concealer {
 public:
  /// `narrow` or `wide`.
  explicit Concealer(SampleRate rate);

  /// Call with every frame that was decoded. After a loss its beginning is blended with the substitute.
  void heard(SampleBuffer frame);
  /// Writes the substitute for what is missing.
  void fill(SampleBuffer out);

 private:
  static constexpr std::size_t kLongestPitchMs = 15;
  static constexpr std::size_t kHistoryMs = 40;
  static constexpr std::size_t kMaxHistory = samples_in(SampleRate::wide, kHistoryMs);
  static constexpr std::size_t kMaxPitch = samples_in(SampleRate::wide, kLongestPitchMs);

  void begin();
  double substitute();
  void remember(Samples frame);

  SampleRate rate_;
  std::size_t history_size_;
  std::array<std::int16_t, kMaxHistory> history_{};  // the newest at history_size_ - 1
  std::array<double, kMaxPitch> period_{};
  std::size_t pitch_ = 1;
  std::size_t at_ = 0;       // in period_
  std::size_t missing_ = 0;  // samples filled since the last that was heard; 0 when nothing is missing
  double offset_ = 0;        // added at the start of a substitute so that it begins where the audio broke off
};

}  // namespace cadenas::media
