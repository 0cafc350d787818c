#include "media/audio/comfort_noise.hpp"

#include <array>

#include <gtest/gtest.h>

#include "media/audio/level.hpp"
#include "signals.hpp"

namespace cadenas::media {
namespace {

using test::Audio;

double low_share(const Audio& audio) {
  // Energy of the sum of neighbours against that of the difference: low against high frequencies.
  double low = 0;
  double high = 0;
  for (std::size_t i = 1; i < audio.size(); ++i) {
    low += (audio[i] + audio[i - 1]) * double{1} * (audio[i] + audio[i - 1]);
    high += (audio[i] - audio[i - 1]) * double{1} * (audio[i] - audio[i - 1]);
  }
  return low / (low + high);
}

Audio noise_of(const ComfortNoise& noise) {
  NoiseGenerator generator(3);
  generator.set(noise);
  Audio audio(16'000);
  generator.fill(audio);
  audio.erase(audio.begin(), audio.begin() + 800);
  return audio;
}

TEST(ComfortNoise, ReadsAndWritesAPayload) {
  const std::array<std::uint8_t, 4> payload{0x80 | 62, 100, 127, 200};
  const auto noise = parse_comfort_noise(payload);
  ASSERT_TRUE(noise);
  EXPECT_EQ(noise->level, 62) << "the first bit is not of the level";
  EXPECT_EQ(noise->order, 3);
  std::array<std::uint8_t, 11> written{};
  EXPECT_EQ(write_comfort_noise(*noise, written), 4u);
  EXPECT_EQ(written[0], 62);
  EXPECT_EQ(written[3], 200);
  EXPECT_EQ(write_comfort_noise(*noise, std::span(written).first(3)), 0u);
}

TEST(ComfortNoise, RefusesNothingAndTheReservedCoefficient) {
  EXPECT_FALSE(parse_comfort_noise({}));
  EXPECT_FALSE(parse_comfort_noise(std::array<std::uint8_t, 2>{60, 255}));
  EXPECT_EQ(parse_comfort_noise(base::Bytes(100, 90))->order, ComfortNoise::kMaxOrder) << "the rest is left out";
}

TEST(ComfortNoise, IsAsLoudAsItSays) {
  for (const std::uint8_t level : std::array<std::uint8_t, 3>{30, 45, 60}) {
    EXPECT_NEAR(test::level(noise_of({level, {}, 0})), -level, 1.0);
    EXPECT_NEAR(test::level(noise_of({level, {20, 180, 90}, 3})), -level, 2.0) << "whatever its colour";
  }
  EXPECT_EQ(test::level(noise_of({127, {}, 0})), kSilenceDbov);
}

TEST(ComfortNoise, SoundsLikeTheNoiseItWasMadeFrom) {
  Audio low = test::white_noise(SampleRate::narrow, 0.5, 4'000);
  for (std::size_t i = 1; i < low.size(); ++i) low[i] = static_cast<std::int16_t>(0.8 * low[i - 1] + 0.2 * low[i]);
  for (const Audio& background : {low, test::white_noise(SampleRate::narrow, 0.5, 1'000)}) {
    const Audio heard = noise_of(describe_noise(background));
    EXPECT_NEAR(test::level(heard), test::level(background), 1.5);
    EXPECT_NEAR(low_share(heard), low_share(background), 0.05);
  }
  EXPECT_EQ(describe_noise(Audio(160)), (ComfortNoise{127, {}, 0}));
}

}  // namespace
}  // namespace cadenas::media
