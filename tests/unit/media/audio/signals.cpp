#include "signals.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <random>
#include <utility>

#include "media/audio/level.hpp"

namespace cadenas::media::test {
namespace {

constexpr double kTurn = 2 * std::numbers::pi;

double speech_at(double t, double highest_hz) {
  constexpr double kGlide = 0.7;
  const double pitch = 125 + 30 * std::sin(kTurn * kGlide * t);
  const double phase = kTurn * 125 * t - 30 / kGlide * std::cos(kTurn * kGlide * t);
  const std::array<double, 3> formants{500 + 200 * std::sin(kTurn * 1.1 * t), 1500 + 400 * std::sin(kTurn * 0.9 * t),
                                       2600 + 200 * std::sin(kTurn * 1.3 * t)};
  double sum = 0;
  // sin(k phase) from the two before it: sines are what this costs.
  const double twice_cos = 2 * std::cos(phase);
  double before = 0;
  double harmonic = std::sin(phase);
  for (int k = 1; k * pitch < highest_hz; ++k) {
    const double hz = k * pitch;
    double amplitude = 0.05;
    for (std::size_t f = 0; f < formants.size(); ++f) {
      const double off = (hz - formants[f]) / (120 + 60 * static_cast<double>(f));
      amplitude += 1 / (1 + off * off) / static_cast<double>(f + 1);
    }
    // Harmonics leave and enter the band softly.
    amplitude *= std::min(1.0, (highest_hz - hz) / 300);
    sum += amplitude * harmonic;
    before = std::exchange(harmonic, twice_cos * harmonic - before);
  }
  const double syllables = 0.15 + 0.85 * (0.5 - 0.5 * std::cos(kTurn * 2.5 * t));
  return 2'800 * syllables * sum;
}

std::size_t count(SampleRate rate, double seconds) {
  return static_cast<std::size_t>(seconds * hertz(rate));
}
std::int16_t to_sample(double value) {
  return static_cast<std::int16_t>(std::lround(std::clamp(value, -32'768.0, 32'767.0)));
}

double cross(const Audio& wanted, const Audio& heard, std::size_t lag, std::size_t stride) {
  double sum = 0;
  for (std::size_t i = 0; i + lag < heard.size() && i < wanted.size(); i += stride) {
    sum += static_cast<double>(wanted[i]) * heard[i + lag];
  }
  return sum;
}

}  // namespace

Audio sine(SampleRate rate, double hz, double seconds, double amplitude) {
  Audio audio(count(rate, seconds));
  for (std::size_t i = 0; i < audio.size(); ++i) {
    audio[i] = to_sample(amplitude * std::sin(kTurn * hz * static_cast<double>(i) / hertz(rate)));
  }
  return audio;
}

Audio speech(SampleRate rate, double seconds, double highest_hz, double delay) {
  Audio audio(count(rate, seconds));
  for (std::size_t i = 0; i < audio.size(); ++i) {
    const double t = static_cast<double>(i) / hertz(rate) - delay;
    audio[i] = t < 0 ? std::int16_t{0} : to_sample(speech_at(t, highest_hz));
  }
  return audio;
}

Audio white_noise(SampleRate rate, double seconds, double amplitude, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> uniform(-amplitude, amplitude);
  Audio audio(count(rate, seconds));
  for (std::int16_t& sample : audio) sample = to_sample(uniform(random));
  return audio;
}

double delay_of(const Audio& heard, SampleRate rate, double highest_hz, double at_most) {
  constexpr double kSeconds = 0.5;
  const Audio wanted = speech(rate, kSeconds, highest_hz);
  std::size_t best = 0;
  // Every third sample says enough for the coarse search.
  constexpr std::size_t kStride = 3;
  double most = cross(wanted, heard, 0, kStride);
  for (std::size_t lag = 1; lag < count(rate, at_most); ++lag) {
    const double found = cross(wanted, heard, lag, kStride);
    if (found > most) {
      most = found;
      best = lag;
    }
  }
  double delay = static_cast<double>(best) / hertz(rate);
  const double whole = delay;
  most = 0;
  for (int eighth = -8; eighth <= 8; ++eighth) {
    const double tried = whole + eighth / 8.0 / hertz(rate);
    const double found = cross(speech(rate, kSeconds, highest_hz, tried), heard, 0, 1);
    if (found > most) {
      most = found;
      delay = tried;
    }
  }
  return delay;
}

std::vector<double> segment_snrs(const Audio& wanted, const Audio& heard, SampleRate rate, double skip) {
  const std::size_t segment = samples_in(rate, 20);
  std::vector<double> snrs;
  for (std::size_t i = count(rate, skip); i + segment <= std::min(wanted.size(), heard.size()); i += segment) {
    double signal = 0;
    double noise = 0;
    for (std::size_t j = i; j < i + segment; ++j) {
      const double off = static_cast<double>(heard[j]) - wanted[j];
      signal += static_cast<double>(wanted[j]) * wanted[j];
      noise += off * off;
    }
    if (level(Samples(wanted).subspan(i, segment)) < -50) continue;
    snrs.push_back(std::clamp(10 * std::log10(signal / std::max(noise, 1e-3)), -10.0, 35.0));
  }
  return snrs;
}

double mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

double segmental_snr(const Audio& wanted, const Audio& heard, SampleRate rate, double skip) {
  return mean(segment_snrs(wanted, heard, rate, skip));
}

double sharpest_corner(Samples audio) {
  int sharpest = 0;
  for (std::size_t i = 2; i < audio.size(); ++i) {
    sharpest = std::max(sharpest, std::abs(audio[i] - 2 * audio[i - 1] + audio[i - 2]));
  }
  return sharpest;
}

double level(Samples audio) {
  return level_dbov(audio);
}

double amplitude_at(Samples audio, SampleRate rate, double hz) {
  const double turn = kTurn * hz / hertz(rate);
  double real = 0, imaginary = 0;
  for (std::size_t i = 0; i < audio.size(); ++i) {
    real += audio[i] * std::cos(turn * static_cast<double>(i));
    imaginary += audio[i] * std::sin(turn * static_cast<double>(i));
  }
  return 2 * std::hypot(real, imaginary) / static_cast<double>(audio.size());
}

}  // namespace cadenas::media::test
