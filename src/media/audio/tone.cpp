#include "media/audio/tone.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace cadenas::media {
namespace {

constexpr double kFullScale = 32'767;
constexpr double kOverloadDbm0 = 3.14;
constexpr std::size_t kEdgeMs = 4;

}  // namespace

double ToneGenerator::Oscillator::next() {
  const double sample = imaginary;
  const double turned = real * turn_real - imaginary * turn_imaginary;
  imaginary = real * turn_imaginary + imaginary * turn_real;
  real = turned;
  return sample;
}

ToneGenerator::ToneGenerator(const Tone& tone, SampleRate rate)
    : tone_(tone), rate_(rate), amplitude_(kFullScale * std::pow(10.0, (tone.level_dbm0 - kOverloadDbm0) / 20)) {
  if (!tone_.steps.empty()) begin_step();
}

void ToneGenerator::begin_step() {
  const ToneStep& step = tone_.steps[step_];
  at_ = 0;
  size_ = std::max<std::size_t>(1, samples_in(rate_, step.ms));
  for (std::size_t i = 0; i < oscillators_.size(); ++i) {
    const double angle = 2 * std::numbers::pi * step.hz[i] / hertz(rate_);
    oscillators_[i] = {1, 0, std::cos(angle), std::sin(angle)};
  }
}

bool ToneGenerator::fill(SampleBuffer out) {
  const double edge = static_cast<double>(samples_in(rate_, kEdgeMs));
  for (std::int16_t& sample : out) {
    sample = 0;
    if (step_ >= tone_.steps.size()) continue;
    // One step for ever, as a dial tone is, has no edge where it comes round.
    const bool is_continuous = tone_.repeats && tone_.steps.size() == 1;
    const auto from_edge = static_cast<double>(is_continuous ? at_ : std::min(at_, size_ - 1 - at_));
    const double gain = amplitude_ * std::min(1.0, from_edge / edge);
    const std::array<std::uint16_t, 2>& hz = tone_.steps[step_].hz;
    const double sum = (hz[0] == 0 ? 0 : oscillators_[0].next()) + (hz[1] == 0 ? 0 : oscillators_[1].next());
    sample = static_cast<std::int16_t>(std::lround(std::clamp(gain * sum, -kFullScale, kFullScale)));
    ++at_;
    if (is_continuous ? false : at_ == size_) {
      ++step_;
      if (tone_.repeats && step_ == tone_.steps.size()) step_ = 0;
      if (step_ < tone_.steps.size()) begin_step();
    }
  }
  return step_ < tone_.steps.size();
}

}  // namespace cadenas::media
