#include "heard_voice.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <cstdlib>
#include <numbers>
#include <vector>

namespace cadenas::media::test {
namespace {

constexpr double kHighestHz = 3'400;
constexpr double kMostDelay = 0.1;
// Where speech pauses, the noise of a codec is no burst.
constexpr double kQuietDbov = -50;

Audio said_with(double delay, SampleRate rate, std::size_t samples) {
  return speech(rate, static_cast<double>(samples) / hertz(rate), kHighestHz, delay);
}

struct Strays {
  double up_db = 0;
  double down_db = 0;
};
Strays strays(const Audio& heard, const Audio& said, std::size_t from, std::size_t segment) {
  const auto at = [segment](const Audio& audio, std::size_t i) { return level(Samples(audio).subspan(i, segment)); };
  Strays most;
  for (std::size_t i = from; i + 2 * segment <= heard.size(); i += segment) {
    const auto [quietest, loudest] = std::minmax({at(said, i - segment), at(said, i), at(said, i + segment)});
    most.up_db = std::max(most.up_db, at(heard, i) - std::max(loudest, kQuietDbov));
    if (quietest > kQuietDbov) most.down_db = std::max(most.down_db, quietest - at(heard, i));
  }
  return most;
}

using BandLevels = std::array<double, 8>;

/// dB against one unit of a sample; what is below 10 is no part of a voice.
BandLevels band_levels(Samples frame, SampleRate rate) {
  constexpr double kLine = 50;
  constexpr int kLines = 8;
  Audio smooth(frame.begin(), frame.end());
  for (std::size_t i = 0; i < smooth.size(); ++i) {
    const double turn = 2 * std::numbers::pi * (static_cast<double>(i) + 0.5) / static_cast<double>(smooth.size());
    smooth[i] = static_cast<std::int16_t>(std::lround(smooth[i] * (0.5 - 0.5 * std::cos(turn))));
  }
  BandLevels levels{};
  double hz = 200;
  for (double& each : levels) {
    double power = 0;
    for (int line = 0; line < kLines; ++line, hz += kLine) power += std::pow(amplitude_at(smooth, rate, hz), 2);
    each = 10 * std::log10(std::max(power, 100.0));
  }
  return levels;
}

}  // namespace

HeardVoice heard_voice(const Audio& heard, SampleRate rate) {
  constexpr double kFrom = 0.3;
  const double delay = delay_of(heard, rate, kHighestHz, kMostDelay);
  const Audio said = said_with(delay, rate, heard.size());
  const auto first = static_cast<std::size_t>(kFrom * hertz(rate));
  const Samples heard_since = Samples(heard).subspan(first);
  const Samples said_since = Samples(said).subspan(first);
  const Strays most = strays(heard, said, first, samples_in(rate, kFrameMs));
  return {.delay_ms = delay * 1'000,
          .level_db = level(heard_since) - level(said_since),
          .snr_db = segmental_snr(said, heard, rate, kFrom),
          .burst_db = most.up_db,
          .gap_db = most.down_db,
          .sharpness = sharpest_corner(heard_since) / sharpest_corner(said_since)};
}

std::ostream& operator<<(std::ostream& out, const HeardVoice& voice) {
  return out << voice.delay_ms << " ms behind, level off by " << voice.level_db << " dB, SNR " << voice.snr_db
             << " dB, loudest burst " << voice.burst_db << " dB, deepest gap " << voice.gap_db << " dB, sharpness "
             << voice.sharpness;
}

double spectrum_off(const Audio& heard, SampleRate rate, double delay_ms, const std::set<std::size_t>& frames) {
  const Audio said = said_with(delay_ms / 1'000, rate, heard.size());
  const std::size_t frame = samples_in(rate, kFrameMs);
  const auto behind = static_cast<std::size_t>(delay_ms / 1'000 * hertz(rate));
  double sum = 0;
  for (const std::size_t number : frames) {
    const BandLevels is = band_levels(Samples(heard).subspan(number * frame + behind, frame), rate);
    const BandLevels was = band_levels(Samples(said).subspan(number * frame + behind, frame), rate);
    double square = 0;
    for (std::size_t band = 0; band < is.size(); ++band) square += std::pow(is[band] - was[band], 2);
    sum += std::sqrt(square / static_cast<double>(is.size()));
  }
  return sum / static_cast<double>(frames.size());
}

int loudest_at_the_end(const Audio& heard, SampleRate rate) {
  int loudest = 0;
  for (const std::int16_t sample : Samples(heard).last(samples_in(rate, 700))) {
    loudest = std::max(loudest, std::abs(sample));
  }
  return loudest;
}

HeardTone heard_tone(const Audio& heard, SampleRate rate, double hz, double amplitude) {
  const std::size_t first = heard.size() - hertz(rate);
  const std::size_t window = samples_in(rate, 100);
  const double turn = 2 * std::numbers::pi * hz / hertz(rate);
  std::vector<std::complex<double>> tones;
  double power = 0;
  for (std::size_t i = first; i < heard.size(); ++i) {
    if ((i - first) % window == 0) tones.emplace_back();
    tones.back() += std::polar(2.0 * heard[i] / static_cast<double>(window), -turn * static_cast<double>(i));
    power += static_cast<double>(heard[i]) * heard[i] / hertz(rate);
  }
  std::complex<double> middle;
  for (const std::complex<double>& tone : tones) middle += tone / static_cast<double>(tones.size());
  double unsteady = 0;
  for (const std::complex<double>& tone : tones) {
    unsteady = std::max(unsteady, std::abs(tone - middle) / std::abs(middle));
  }
  const double of_tone = std::max(std::norm(middle) / 2, 1.0);
  return {20 * std::log10(std::max(std::abs(middle), 1.0) / amplitude), unsteady,
          10 * std::log10(std::max(power - of_tone, 1e-3) / of_tone), sharpest_corner(Samples(heard).subspan(first))};
}

std::ostream& operator<<(std::ostream& out, const HeardTone& tone) {
  return out << "level off by " << tone.level_db << " dB, unsteady by " << tone.unsteady << ", noise " << tone.noise_db
             << " dB, sharpest corner " << tone.corner;
}

}  // namespace cadenas::media::test
