#include "media/audio/resampler.hpp"

#include <array>

#include <gtest/gtest.h>

#include "media/audio/mix_sum.hpp"
#include "media/audio/time_stretch.hpp"
#include "signals.hpp"

namespace cadenas::media {
namespace {

using test::Audio;

constexpr std::array kRates{SampleRate::narrow, SampleRate::wide, SampleRate::full};

TEST(Resampler, KeepsVoiceBetweenAllRatesWithBoundedDelay) {
  for (const SampleRate from : kRates) {
    for (const SampleRate to : kRates) {
      Resampler resampler(from, to);
      const Audio said = test::speech(from, 1.5);
      Audio heard(resampler.samples_for(said.size()));
      const std::size_t step = samples_in(from, 10);
      for (std::size_t i = 0; i < said.size(); i += step) {
        const std::size_t samples =
            resampler.convert(Samples(said).subspan(i, step), SampleBuffer(heard).subspan(resampler.samples_for(i)));
        ASSERT_EQ(samples, samples_in(to, 10));
      }
      const double delay = static_cast<double>(resampler.delay_samples()) / hertz(to);
      EXPECT_LE(delay, 0.0041);
      EXPECT_NEAR(test::delay_of(heard, to, 3'400, 0.01), delay, 0.0002);
      EXPECT_GT(test::segmental_snr(test::speech(to, 1.5, 3'400, delay), heard, to), 25)
          << hertz(from) << " to " << hertz(to);
    }
  }
}

TEST(Resampler, LeavesNothingOfWhatTheLowerRateCannotCarry) {
  Resampler resampler(SampleRate::full, SampleRate::narrow);
  const Audio high = test::sine(SampleRate::full, 6'000, 0.5);
  Audio heard(4'000);
  resampler.convert(high, heard);
  EXPECT_LT(test::level(Samples(heard).subspan(400)), test::level(high) - 60);
}

TEST(TimeStretch, ShortensAndLengthensAToneWithoutAClick) {
  for (const SampleRate rate : kRates) {
    const Audio tone = test::sine(rate, 250, 0.1);
    Audio shorter = tone;
    const std::size_t less = shorten(shorter, rate);
    ASSERT_GT(less, 0u);
    shorter.resize(shorter.size() - less);
    EXPECT_LT(test::sharpest_corner(shorter), test::sharpest_corner(tone) * 1.3 + 2);
    Audio longer = tone;
    longer.resize(tone.size() + longest_stretch(rate));
    const std::size_t more = lengthen(longer, tone.size(), rate);
    ASSERT_GT(more, 0u);
    longer.resize(tone.size() + more);
    EXPECT_LT(test::sharpest_corner(longer), test::sharpest_corner(tone) * 1.3 + 2);
    EXPECT_NEAR(test::level(longer), test::level(tone), 0.5);
  }
}

TEST(TimeStretch, LeavesAloneWhatHasNoPeriod) {
  Audio noise = test::white_noise(SampleRate::narrow, 0.1, 8'000);
  const Audio before = noise;
  EXPECT_EQ(shorten(noise, SampleRate::narrow), 0u);
  EXPECT_EQ(lengthen(noise, 400, SampleRate::narrow), 0u);
  EXPECT_EQ(noise, before);
  EXPECT_EQ(shorten(SampleBuffer(noise).first(100), SampleRate::narrow), 0u) << "too little";
}

TEST(MixSum, GivesEachPartyAllButItself) {
  std::array<std::int32_t, 4> sum{};
  std::array<std::int16_t, 4> a{100, -30'000, 30'000, 1};
  const std::array<std::int16_t, 4> b{5, -30'000, 30'000, 2};
  const std::array<std::int16_t, 4> c{7, -30'000, 30'000, 3};
  for (const Samples party : {Samples(a), Samples(b), Samples(c)}) add_to_sum(sum, party);
  sum_without(sum, a, a);
  EXPECT_EQ(a, (std::array<std::int16_t, 4>{12, -32'768, 32'767, 5})) << "clipped, not wrapped";
}

}  // namespace
}  // namespace cadenas::media
