#include "media/audio/tone.hpp"

#include <cmath>
#include <complex>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "media/audio/announcement.hpp"
#include "media/audio/dtmf_detector.hpp"
#include "media/audio/g711.hpp"
#include "media/audio/level.hpp"
#include "media/audio/tone_table.hpp"
#include "signals.hpp"

namespace cadenas::media {
namespace {

using test::Audio;

Audio play(const Tone& tone, SampleRate rate, double seconds) {
  ToneGenerator generator(tone, rate);
  Audio audio(static_cast<std::size_t>(seconds * hertz(rate)));
  const std::size_t frame = samples_in(rate, kFrameMs);
  for (std::size_t i = 0; i + frame <= audio.size(); i += frame) generator.fill(SampleBuffer(audio).subspan(i, frame));
  return audio;
}

/// Level of one frequency in dBov.
double level_at(Samples audio, SampleRate rate, double hz) {
  std::complex<double> sum;
  for (std::size_t i = 0; i < audio.size(); ++i) {
    sum += static_cast<double>(audio[i]) * std::polar(1.0, -2 * M_PI * hz * static_cast<double>(i) / hertz(rate));
  }
  return 20 * std::log10(std::abs(sum) / static_cast<double>(audio.size()) * std::sqrt(2.0) / 32'768);
}

TEST(Tone, HasTheFrequencyTheLevelAndTheCadenceOfItsCountry) {
  for (const SampleRate rate : {SampleRate::narrow, SampleRate::wide, SampleRate::full}) {
    const Audio ring = play(call_tone(TonePlan::france, CallTone::ringback), rate, 6);
    const Samples first = Samples(ring).subspan(samples_in(rate, 100), samples_in(rate, 1'300));
    EXPECT_NEAR(level_at(first, rate, 440), -10 - 3.14 - 3.01, 0.3) << "dBm0, below a full-scale sine";
    EXPECT_LT(level_at(first, rate, 425), -45);
    EXPECT_EQ(test::level(Samples(ring).subspan(samples_in(rate, 1'510), samples_in(rate, 3'480))), kSilenceDbov);
    EXPECT_GT(test::level(Samples(ring).subspan(samples_in(rate, 5'100), samples_in(rate, 500))), -20) << "and again";
    const Audio dial = play(call_tone(TonePlan::generic, CallTone::dial), rate, 3);
    EXPECT_NEAR(level_at(Samples(dial).subspan(samples_in(rate, 2'000)), rate, 425), -16.15, 0.3) << "continuous";
  }
}

TEST(Tone, BeginsAndEndsWithoutAClick) {
  const Audio busy = play(call_tone(TonePlan::france, CallTone::busy), SampleRate::full, 3);
  EXPECT_LT(test::sharpest_corner(busy), 200);
}

TEST(Tone, EndsUnlessItRepeats) {
  ToneGenerator once(announcement(Announcement::joined), SampleRate::narrow);
  Audio frame(160);
  int frames = 1;
  while (once.fill(frame)) ASSERT_LT(++frames, 100);
  EXPECT_EQ(frames, 280 / 20);
  once.fill(frame);
  EXPECT_EQ(test::level(frame), kSilenceDbov);
  ToneGenerator nothing(Tone{}, SampleRate::narrow);
  EXPECT_FALSE(nothing.fill(frame));
}

TEST(Announcement, IsShortAndTellsItselfFromTheOthers) {
  std::set<Audio> heard;
  for (const auto each : {Announcement::joined, Announcement::left, Announcement::encrypted, Announcement::clear}) {
    const Audio audio = play(announcement(each), SampleRate::wide, 0.5);
    EXPECT_GT(test::level(audio), -30);
    EXPECT_EQ(test::level(Samples(audio).last(320)), kSilenceDbov) << "over within half a second";

    heard.insert(audio);
  }
  EXPECT_EQ(heard.size(), 4u);
}

TEST(Dtmf, IsHeardInEveryLawAndAboveNoise) {
  constexpr std::string_view kDigits = "0123456789*#ABCD";
  for (const bool companded : {false, true}) {
    DtmfDetector detector;
    std::string heard;
    for (const char digit : kDigits) {
      Audio audio = play(*dtmf_tone(digit), SampleRate::narrow, 0.2);
      const Audio noise = test::white_noise(SampleRate::narrow, 0.2, 100);
      for (std::size_t i = 0; i < audio.size(); ++i) {
        audio[i] = static_cast<std::int16_t>(audio[i] + noise[i]);
        if (companded) audio[i] = g711_decode(G711Law::mu, g711_encode(G711Law::mu, audio[i]));
      }
      for (std::size_t i = 0; i < audio.size(); i += 160) heard += detector.hear(Samples(audio).subspan(i, 160)).text();
    }
    EXPECT_EQ(heard, kDigits);
  }
  EXPECT_FALSE(dtmf_tone('x'));
}

TEST(Dtmf, IsNotHeardInSpeechNoiseOrCallTones) {
  DtmfDetector detector;
  std::string heard;
  for (const Audio& audio : {test::speech(SampleRate::narrow, 10), test::white_noise(SampleRate::narrow, 2, 10'000),
                             play(call_tone(TonePlan::france, CallTone::busy), SampleRate::narrow, 2),
                             play(announcement(Announcement::clear), SampleRate::narrow, 1)}) {
    for (std::size_t i = 0; i < audio.size(); i += 160) heard += detector.hear(Samples(audio).subspan(i, 160)).text();
  }
  EXPECT_EQ(heard, "");
}

}  // namespace
}  // namespace cadenas::media
