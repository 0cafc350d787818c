// What the complexity of the Opus encoder costs and gives, at the settings a bridge uses: 20 ms of speech-like sound
// encoded, and the distance of what is decoded from what was said. `distance_db` is the root mean square of the
// differences in level over 20 bands up to 8 kHz and all frames that are not silent: 0 is the same sound.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <numbers>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include "media/audio/codec.hpp"
#include "media/audio/frame.hpp"

namespace {

using namespace cadenas::media;

constexpr std::size_t kRate = 48'000;
constexpr std::size_t kFrame = samples_in(SampleRate::full, kFrameMs);
constexpr std::size_t kSeconds = 6;

/// A resonance of a throat.
class Formant {
 public:
  void tune(double hz, double width) {
    const double r = std::exp(-std::numbers::pi * width / kRate);
    a_ = 2 * r * std::cos(2 * std::numbers::pi * hz / kRate);
    b_ = -r * r;
    gain_ = 1 - r;
  }
  double hear(double in) {
    const double out = gain_ * in + a_ * x1_ + b_ * x2_;
    x2_ = std::exchange(x1_, out);
    return out;
  }

 private:
  double a_ = 0, b_ = 0, gain_ = 1, x1_ = 0, x2_ = 0;
};

/// Vowels with a pitch that moves, hisses between them, and pauses: what makes encoders work, the same each time.
std::vector<std::int16_t> speech() {
  constexpr std::array<std::array<double, 3>, 5> vowels{
      {{730, 1'090, 2'440}, {270, 2'290, 3'010}, {300, 870, 2'240}, {530, 1'840, 2'480}, {570, 840, 2'410}}};
  std::array<Formant, 3> throat;
  std::uint32_t noise = 1;
  double phase = 0;
  std::vector<double> sound(kRate * kSeconds);
  for (std::size_t i = 0; i < sound.size(); ++i) {
    const std::size_t syllable = i / (kRate / 5);
    const double within = static_cast<double>(i % (kRate / 5)) / (kRate / 5);
    if (i % 480 == 0) {
      for (std::size_t f = 0; f < throat.size(); ++f)
        throat[f].tune(vowels[syllable % 5][f], 60.0 + 40.0 * static_cast<double>(f));
    }
    noise = noise * 1'664'525 + 1'013'904'223;
    const double hiss = static_cast<double>(noise >> 16) / 32'768 - 1;
    phase += (120 + 40 * std::sin(static_cast<double>(i) / 9'000)) / kRate;
    if (phase >= 1) phase -= 1;
    const double pulse = phase < 0.1 ? 1 - phase * 10 : 0;
    const bool is_hiss = within > 0.75;
    const bool is_pause = syllable % 7 == 6;
    const double envelope = is_pause ? 0 : std::sin(std::numbers::pi * within);
    double out = 0;
    for (Formant& formant : throat) out += formant.hear(is_hiss ? 0.15 * hiss : pulse + 0.01 * hiss);
    sound[i] = envelope * (out + (is_hiss ? 0.05 * hiss : 0));
  }
  const double peak = std::abs(*std::ranges::max_element(sound, {}, [](double v) { return std::abs(v); }));
  std::vector<std::int16_t> out(sound.size());
  std::ranges::transform(sound, out.begin(), [&](double v) { return static_cast<std::int16_t>(v / peak * 16'000); });
  return out;
}

constexpr std::size_t kBandCount = 20;
using Levels = std::array<double, kBandCount>;

/// Level of each band in one frame, dB; by Goertzel, all bins at once.
Levels levels(Samples frame) {
  constexpr std::size_t kBins = 160;  // of 50 Hz: up to 8 kHz
  static const auto kTurns = [] {
    std::array<double, kBins> turns{};
    for (std::size_t bin = 0; bin < kBins; ++bin) {
      turns[bin] = 2 * std::cos(2 * std::numbers::pi * static_cast<double>(bin + 1) / kFrame);
    }
    return turns;
  }();
  std::array<double, kBins> last{};
  std::array<double, kBins> before{};
  for (const std::int16_t sample : frame) {
    for (std::size_t bin = 0; bin < kBins; ++bin) {
      const double now = sample + kTurns[bin] * last[bin] - before[bin];
      before[bin] = std::exchange(last[bin], now);
    }
  }
  Levels out{};
  for (std::size_t bin = 0; bin < kBins; ++bin) {
    // Bands as wide as the ear's, about: 100 Hz at first, then a sixth of the frequency.
    const double hz = 50.0 * static_cast<double>(bin + 1);
    const auto band = static_cast<std::size_t>(hz < 600 ? hz / 100 : 6 + std::log(hz / 600) / std::log(1.2));
    out[std::min(band, kBandCount - 1)] +=
        last[bin] * last[bin] + before[bin] * before[bin] - kTurns[bin] * last[bin] * before[bin];
  }
  for (double& level : out) level = 10 * std::log10(level + 1e4);
  return out;
}

double distance(const std::vector<std::int16_t>& said, const std::vector<std::int16_t>& heard) {
  std::vector<std::pair<std::size_t, Levels>> wanted;  // where a frame begins that is not silent
  for (std::size_t at = kFrame * 10; at + 3 * kFrame < said.size(); at += kFrame * 3) {
    const Levels found = levels(Samples(said).subspan(at, kFrame));
    if (*std::ranges::max_element(found) >= 60) wanted.emplace_back(at, found);
  }
  double best = std::numeric_limits<double>::max();
  for (std::size_t delay = 0; delay <= kFrame; delay += 24) {
    double sum = 0;
    for (const auto& [at, a] : wanted) {
      const Levels b = levels(Samples(heard).subspan(at + delay, kFrame));
      for (std::size_t band = 0; band < kBandCount; ++band) sum += (a[band] - b[band]) * (a[band] - b[band]);
    }
    best = std::min(best, std::sqrt(sum / static_cast<double>(wanted.size() * kBandCount)));
  }
  return best;
}

const std::vector<std::int16_t>& said() {
  static const std::vector<std::int16_t> kSaid = speech();
  return kSaid;
}

OpusSettings settings_of(int complexity) {
  OpusSettings settings;
  settings.complexity = complexity;
  return settings;
}

/// What a complexity gives; the same each time, and longer to find out than what it costs.
struct Quality {
  double distance_db = 0;
  double octets_a_frame = 0;
};
const Quality& quality(int complexity) {
  static std::map<int, Quality> known;
  const auto [at, is_new] = known.try_emplace(complexity);
  if (!is_new) return at->second;
  const auto encoder = make_encoder(Codec::opus, settings_of(complexity));
  const auto decoder = make_decoder(Codec::opus, SampleRate::full);
  std::vector<std::int16_t> heard(said().size());
  std::array<std::uint8_t, kMaxPayload> payload{};
  std::size_t octets = 0;
  std::size_t frames = 0;
  for (std::size_t from = 0; from + kFrame <= said().size(); from += kFrame, ++frames) {
    const std::size_t size = encoder->encode(Samples(said()).subspan(from, kFrame), payload);
    octets += size;
    decoder->decode(cadenas::base::ByteView(payload).first(size), SampleBuffer(heard).subspan(from, kFrame));
  }
  at->second = {distance(said(), heard), static_cast<double>(octets) / static_cast<double>(frames)};
  return at->second;
}

void opus(benchmark::State& state) {
  const auto complexity = static_cast<int>(state.range(0));
  const auto encoder = make_encoder(Codec::opus, settings_of(complexity));
  std::array<std::uint8_t, kMaxPayload> payload{};
  std::size_t at = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(encoder->encode(Samples(said()).subspan(at, kFrame), payload));
    at = at + 2 * kFrame <= said().size() ? at + kFrame : 0;
  }
  state.counters["distance_db"] = quality(complexity).distance_db;
  state.counters["octets_a_frame"] = quality(complexity).octets_a_frame;
}
BENCHMARK(opus)->DenseRange(0, 10, 1)->Unit(benchmark::kMicrosecond);

}  // namespace
