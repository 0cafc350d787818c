// In the manner of ITU-T G.168: an echo path of a hybrid, which smears the echo over 6 ms, and G.711 on the way there
// and back, which alone leaves noise 38 dB below the echo.
#include "media/audio/echo_canceller.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "media/audio/dtmf_detector.hpp"
#include "media/audio/g711.hpp"
#include "signals.hpp"

namespace cadenas::media {
namespace {

using test::Audio;

constexpr SampleRate kRate = SampleRate::narrow;
constexpr unsigned kTailMs = 64;

Audio over_g711(Audio audio) {
  for (std::int16_t& sample : audio) sample = g711_decode(G711Law::a, g711_encode(G711Law::a, sample));
  return audio;
}

/// `ms` is when the echo begins.
Audio echo_of(const Audio& said, double return_loss_db, double ms) {
  std::vector<double> response(48);
  double energy = 0;
  for (std::size_t i = 0; i < response.size(); ++i) {
    const auto at = static_cast<double>(i);
    response[i] = std::exp(-at / 8) * std::cos(1.1 * at + 0.3);
    energy += response[i] * response[i];
  }
  const double gain = std::pow(10, -return_loss_db / 20) / std::sqrt(energy);
  const auto delay = static_cast<std::size_t>(ms * 8);
  Audio echo(said.size());
  for (std::size_t n = delay; n < said.size(); ++n) {
    double sum = 0;
    for (std::size_t k = 0; k < response.size() && k + delay <= n; ++k) sum += response[k] * said[n - delay - k];
    echo[n] = static_cast<std::int16_t>(std::lround(std::clamp(gain * sum, -32'000.0, 32'000.0)));
  }
  return echo;
}

Audio sum_of(const Audio& one, const Audio& other) {
  Audio sum(one.size());
  std::ranges::transform(one, other, sum.begin(),
                         [](int a, int b) { return static_cast<std::int16_t>(std::clamp(a + b, -32'768, 32'767)); });
  return sum;
}

Audio part(const Audio& audio, double from, double to) {
  return {audio.begin() + static_cast<std::ptrdiff_t>(from * 8'000),
          audio.begin() + static_cast<std::ptrdiff_t>(to * 8'000)};
}

Audio cancelled(EchoCanceller& canceller, const Audio& said, Audio heard) {
  for (std::size_t at = 0; at + EchoCanceller::kFrame <= heard.size(); at += EchoCanceller::kFrame) {
    canceller.cancel(Samples(said).subspan(at, EchoCanceller::kFrame),
                     SampleBuffer(heard).subspan(at, EchoCanceller::kFrame));
  }
  return heard;
}
Audio cancelled(const Audio& said, const Audio& heard, unsigned tail_ms = kTailMs) {
  EchoCanceller canceller(tail_ms);
  return cancelled(canceller, said, heard);
}

/// By how many dB the second is below the first.
double below(const Audio& loud, const Audio& soft) {
  return test::level(loud) - test::level(soft);
}

/// The echo as it comes and as it is left.
struct Return {
  Audio echo, left;

  double loss_enhancement(double from, double to) const { return below(part(echo, from, to), part(left, from, to)); }
};

Return one_sided(const Audio& voice, double return_loss_db, double ms) {
  const Audio said = over_g711(voice);
  const Audio echo = over_g711(echo_of(said, return_loss_db, ms));
  return {echo, cancelled(said, echo)};
}

TEST(EchoCanceller, ConvergesOnNoiseWithinASecondAndGoesOn) {
  const Audio noise = test::white_noise(kRate, 5, 6'000);
  for (const double loss : {6.0, 10.0, 15.0}) {
    for (const double ms : {0.0, 12.0, 24.0, 50.0}) {
      SCOPED_TRACE(std::to_string(loss) + " dB, " + std::to_string(ms) + " ms");
      const Return back = one_sided(noise, loss, ms);
      EXPECT_GT(back.loss_enhancement(1, 2), 24);
      EXPECT_GT(back.loss_enhancement(3, 5), 33);
    }
  }
}

TEST(EchoCanceller, ConvergesOnVoice) {
  const Audio voice = test::speech(kRate, 8);
  for (const double loss : {6.0, 15.0}) {
    for (const double ms : {2.0, 12.0, 24.0}) {
      SCOPED_TRACE(std::to_string(loss) + " dB, " + std::to_string(ms) + " ms");
      const Return back = one_sided(voice, loss, ms);
      EXPECT_GT(back.loss_enhancement(1, 2), 18);
      EXPECT_GT(back.loss_enhancement(2, 4), 24);
      EXPECT_GT(back.loss_enhancement(6, 8), 29);
    }
  }
}

TEST(EchoCanceller, ConvergesOnATone) {
  const Return back = one_sided(test::sine(kRate, 440, 4, 8'000), 6, 12);
  EXPECT_GT(back.loss_enhancement(1, 2), 26);
  EXPECT_GT(back.loss_enhancement(2, 4), 28);
}

// What the near end says then is held against what the canceller makes of it alone: its filter against direct current
// turns the phase of low voice, which no ear hears.
TEST(EchoCanceller, LetsTheNearEndThroughWhileBothSpeakAndIsNotLedAstrayByIt) {
  const Audio said = over_g711(test::white_noise(kRate, 9, 5'000, 3));
  const Audio echo = echo_of(said, 6, 12);
  Audio near = test::speech(kRate, 9, 3'000);
  std::fill(near.begin(), near.begin() + 4 * 8'000, std::int16_t{0});
  std::fill(near.begin() + 7 * 8'000, near.end(), std::int16_t{0});
  const Audio heard = over_g711(sum_of(near, echo));
  const Audio left = cancelled(said, heard);
  const Audio alone = cancelled(said, near);
  const double before = test::segmental_snr(part(near, 4, 7), part(heard, 4, 7), kRate);
  const double after = test::segmental_snr(part(alone, 4, 7), part(left, 4, 7), kRate);
  EXPECT_GT(after, before + 10) << "before: " << before;
  EXPECT_NEAR(below(part(near, 4, 7), part(left, 4, 7)), 0, 0.5) << "as loud as it is";
  EXPECT_GT(below(part(heard, 7.1, 7.5), part(left, 7.1, 7.5)), 20) << "just after it has ended";
  EXPECT_GT(below(part(heard, 8, 9), part(left, 8, 9)), 30);
}

TEST(EchoCanceller, LeavesTheNearEndUntouchedWhereTheFarEndIsSilent) {
  const Audio near = over_g711(test::speech(kRate, 2));
  EXPECT_EQ(cancelled(Audio(near.size(), 8), near), near) << "8 is zero of A-law";
}

TEST(EchoCanceller, DoesNotClickWhereTheFarEndBeginsAndEnds) {
  const Audio near = over_g711(test::speech(kRate, 4, 2'000));
  Audio said(near.size());
  const Audio voice = over_g711(test::speech(kRate, 4, 2'000, 0.2));
  std::copy(voice.begin() + 8'000, voice.begin() + 2 * 8'000, said.begin() + 8'000);
  const Audio heard = cancelled(said, near);
  EXPECT_LT(test::sharpest_corner(heard), 1.3 * test::sharpest_corner(near));
  EXPECT_EQ(part(heard, 3, 4), part(near, 3, 4)) << "untouched again";
}

TEST(EchoCanceller, IsNeverMuchLouderThanWhatItHearsThoughTheEchoPathChanges) {
  const Audio said = over_g711(test::speech(kRate, 8));
  Audio heard = echo_of(said, 6, 12);
  const Audio other = echo_of(said, 6, 31);
  for (std::size_t i = 4 * 8'000; i < heard.size(); ++i) heard[i] = static_cast<std::int16_t>(-other[i]);
  heard = over_g711(heard);
  const Audio left = cancelled(said, heard);
  for (int tenths = 40; tenths < 80; ++tenths) {
    const double from = tenths / 10.0, to = from + 0.1;
    EXPECT_GT(below(part(heard, from, to), part(left, from, to)), -6.5) << "at " << from << " s";
  }
  EXPECT_GT(below(part(heard, 7, 8), part(left, 7, 8)), 20) << "and it follows";
}

TEST(EchoCanceller, AddsNothingWhereBothBeginAtOnceAndThereIsNoEcho) {
  const Audio one = over_g711(test::speech(kRate, 4)), other = over_g711(test::speech(kRate, 4, 3'000, 0.37));
  const Audio high = test::sine(kRate, 900, 4, 12'000), low = test::sine(kRate, 600, 4, 12'000);
  for (const auto& [said, near] : {std::pair{&one, &other}, std::pair{&high, &low}}) {
    const Audio left = cancelled(*said, *near);
    for (int tenths = 0; tenths < 40; ++tenths) {
      const double from = tenths / 10.0, to = from + 0.1;
      EXPECT_GT(below(part(*near, from, to), part(left, from, to)), -1.5) << "at " << from << " s";
    }
    EXPECT_NEAR(below(*near, left), 0, 1) << "and takes nothing";
  }
}

TEST(EchoCanceller, LeavesEveryDigitToBeDetectedWhileTheFarEndSpeaks) {
  const Audio said = over_g711(test::speech(kRate, 5));
  Audio near(said.size());
  // 697 and 1209 Hz is 1.
  const Audio low = test::sine(kRate, 697, 0.1, 5'000), high = test::sine(kRate, 1209, 0.1, 5'000);
  const Audio digit = sum_of(low, high);
  for (std::size_t k = 0; k < 10; ++k) {
    std::ranges::copy(digit, near.begin() + static_cast<std::ptrdiff_t>(8'000 + k * 2'400));
  }
  const Audio left = cancelled(said, over_g711(sum_of(near, echo_of(said, 10, 12))));
  DtmfDetector detector;
  std::string digits;
  for (std::size_t at = 0; at + EchoCanceller::kFrame <= left.size(); at += EchoCanceller::kFrame) {
    const HeardDigits heard = detector.hear(Samples(left).subspan(at, EchoCanceller::kFrame));
    digits += heard.text();
  }
  EXPECT_EQ(digits, std::string(10, '1'));
}

}  // namespace
}  // namespace cadenas::media
