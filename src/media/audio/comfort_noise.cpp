#include "media/audio/comfort_noise.hpp"

#include <algorithm>
#include <cmath>
#include <ranges>

#include "media/audio/level.hpp"

namespace cadenas::media {
namespace {

constexpr std::uint8_t kLevelMask = 0x7f;
constexpr std::uint8_t kReserved = 255;
constexpr int kZero = 127;
// RFC 3389 §3.2: k = 258 (N - 127) in Q15.
constexpr double kStep = 258.0 / 32'768;

double coefficient(std::uint8_t quantised) {
  return kStep * (quantised - kZero);
}

std::uint8_t quantise(double reflection) {
  return static_cast<std::uint8_t>(std::clamp(std::lround(reflection / kStep) + kZero, 0L, 254L));
}

}  // namespace

std::optional<ComfortNoise> parse_comfort_noise(base::ByteView payload) {
  if (payload.empty()) return std::nullopt;
  ComfortNoise noise;
  noise.level = payload[0] & kLevelMask;
  const base::ByteView coefficients = payload.subspan(1, std::min(payload.size() - 1, ComfortNoise::kMaxOrder));
  if (std::ranges::find(coefficients, kReserved) != coefficients.end()) return std::nullopt;
  std::ranges::copy(coefficients, noise.reflection.begin());
  noise.order = static_cast<std::uint8_t>(coefficients.size());
  return noise;
}

std::size_t write_comfort_noise(const ComfortNoise& noise, std::span<std::uint8_t> out) {
  const std::size_t octets = std::size_t{1} + noise.order;
  if (out.size() < octets || noise.order > ComfortNoise::kMaxOrder) return 0;
  out[0] = noise.level & kLevelMask;
  std::ranges::copy(std::span(noise.reflection).first(noise.order), out.begin() + 1);
  return octets;
}

ComfortNoise describe_noise(Samples frame) {
  constexpr std::size_t kOrder = ComfortNoise::kMaxOrder;
  ComfortNoise noise;
  noise.level = static_cast<std::uint8_t>(std::lround(-level_dbov(frame)));
  std::array<double, kOrder + 1> correlation{};
  for (std::size_t lag = 0; lag <= kOrder && lag < frame.size(); ++lag) {
    for (std::size_t i = lag; i < frame.size(); ++i) correlation[lag] += double{1} * frame[i] * frame[i - lag];
  }
  if (correlation[0] <= 0) return noise;
  // A floor 40 dB down keeps the filter of a pure hum from ringing.
  double error = correlation[0] * 1.0001;
  std::array<double, kOrder + 1> predictor{};
  predictor[0] = 1;
  for (std::size_t m = 1; m <= kOrder; ++m) {  // Levinson and Durbin
    double sum = correlation[m];
    for (std::size_t i = 1; i < m; ++i) sum += predictor[i] * correlation[m - i];
    const double reflection = -sum / error;
    const std::array<double, kOrder + 1> before = predictor;
    for (std::size_t i = 1; i < m; ++i) predictor[i] = before[i] + reflection * before[m - i];
    predictor[m] = reflection;
    error *= 1 - reflection * reflection;
    noise.reflection[m - 1] = quantise(reflection);
  }
  noise.order = kOrder;
  return noise;
}

void NoiseGenerator::set(const ComfortNoise& noise) {
  order_ = std::min<std::size_t>(noise.order, ComfortNoise::kMaxOrder);
  double loss = 1;
  for (std::size_t i = 0; i < order_; ++i) {
    reflection_[i] = coefficient(noise.reflection[i]);
    loss *= 1 - reflection_[i] * reflection_[i];
  }
  // The filter makes its input louder by 1 / loss in energy; the input is uniform in ±1, its RMS 1/√3.
  wanted_gain_ = noise.level >= 127 ? 0 : rms_of_dbov(-noise.level) * std::sqrt(3 * loss);
}

double NoiseGenerator::white() {
  // xorshift32 (Marsaglia): cheap, and no one is to predict anything from it.
  state_ ^= state_ << 13;
  state_ ^= state_ >> 17;
  state_ ^= state_ << 5;
  return static_cast<double>(static_cast<std::int32_t>(state_)) / 2'147'483'648.0;
}

void NoiseGenerator::fill(SampleBuffer out) {
  constexpr double kApproach = 1.0 / 40;  // 5 ms at 8 kHz
  for (std::int16_t& sample : out) {
    gain_ += (wanted_gain_ - gain_) * kApproach;
    double forward = white() * gain_;
    for (std::size_t i = order_; i-- > 0;) {  // all-pole lattice
      forward -= reflection_[i] * memory_[i];
      memory_[i + 1] = memory_[i] + reflection_[i] * forward;
    }
    memory_[0] = forward;
    sample = static_cast<std::int16_t>(std::lround(std::clamp(forward, -32'768.0, 32'767.0)));
  }
}

}  // namespace cadenas::media
