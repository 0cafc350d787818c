#include "media/audio/concealer.hpp"

#include <algorithm>
#include <cmath>

#include "media/audio/pitch.hpp"

namespace cadenas::media {
namespace {

constexpr std::size_t kShortestPitchMs = 5;
constexpr std::size_t kWindowMs = 20;
constexpr std::size_t kFullMs = 10;    // at full level
constexpr std::size_t kSilentMs = 60;  // nothing left
constexpr std::size_t kLongestBlendMs = 10;

std::int16_t clip(double value) {
  return static_cast<std::int16_t>(std::lround(std::clamp(value, -32'768.0, 32'767.0)));
}

}  // namespace

Concealer::Concealer(SampleRate rate)
    : rate_(rate == SampleRate::narrow ? SampleRate::narrow : SampleRate::wide),
      history_size_(samples_in(rate_, kHistoryMs)) {}

void Concealer::begin() {
  const Samples audio(history_.data(), history_size_);
  pitch_ = find_pitch(audio, rate_, samples_in(rate_, kShortestPitchMs), samples_in(rate_, kLongestPitchMs),
                      samples_in(rate_, kWindowMs))
               .period;
  const std::size_t start = history_size_ - pitch_;
  for (std::size_t i = 0; i < pitch_; ++i) period_[i] = audio[start + i];
  // The end of the period turns into what came before its beginning, so that it closes as a loop.
  const std::size_t overlap = pitch_ / 4;
  for (std::size_t i = 0; i < overlap; ++i) {
    const double weight = static_cast<double>(i + 1) / static_cast<double>(overlap);
    double& sample = period_[pitch_ - overlap + i];
    sample += (audio[start - overlap + i] - sample) * weight;
  }
  offset_ = audio[history_size_ - 1] - audio[start - 1];
  at_ = 0;
}

double Concealer::substitute() {
  const double full = static_cast<double>(samples_in(rate_, kFullMs));
  const double silent = static_cast<double>(samples_in(rate_, kSilentMs));
  const auto done = static_cast<double>(missing_++);
  if (done >= silent) return 0;
  const double gain = done <= full ? 1 : (silent - done) / (silent - full);
  const double decay = std::max(0.0, 1 - done / (static_cast<double>(pitch_) / 4));
  const double sample = period_[at_] + offset_ * decay;
  at_ = at_ + 1 == pitch_ ? 0 : at_ + 1;
  return sample * gain;
}

void Concealer::fill(SampleBuffer out) {
  if (missing_ == 0) begin();
  for (std::int16_t& sample : out) sample = clip(substitute());
  remember(out);
}

void Concealer::heard(SampleBuffer frame) {
  if (missing_ > 0) {
    // The longer the gap, the less the substitute fits what comes, and the longer the blend.
    const std::size_t blend = std::min({frame.size(), samples_in(rate_, kLongestBlendMs), pitch_ / 4 + missing_ / 5});
    for (std::size_t i = 0; i < blend; ++i) {
      const double weight = static_cast<double>(i + 1) / static_cast<double>(blend + 1);
      frame[i] = clip(frame[i] * weight + substitute() * (1 - weight));
    }
    missing_ = 0;
  }
  remember(frame);
}

void Concealer::remember(Samples frame) {
  const Samples newest = frame.last(std::min(frame.size(), history_size_));
  const auto end = history_.begin() + static_cast<std::ptrdiff_t>(history_size_);
  std::copy(history_.begin() + static_cast<std::ptrdiff_t>(newest.size()), end, history_.begin());
  std::ranges::copy(newest, end - static_cast<std::ptrdiff_t>(newest.size()));
}

}  // namespace cadenas::media
