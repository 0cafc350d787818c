#include "media/audio/codec.hpp"

#include <array>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "media/audio/level.hpp"
#include "media/audio/resampler.hpp"
#include "signals.hpp"

namespace cadenas::media {
namespace {

using test::Audio;

/// What a codec must reach with speech-like audio. The figures are the least that may be, some dB below what is
/// measured; a printed failure shows the measured one.
struct Target {
  Codec codec;
  double highest_hz;
  double snr;         ///< segmental, dB
  double delay;       ///< at most, s: the codec's own look-ahead
  double lossy_snr;   ///< segmental, dB, with 2 % of the packets lost
  double over_zeros;  ///< by how many dB the lost segments are nearer to what was said than zeros would be
};

class CodecQuality : public testing::TestWithParam<Target> {};

std::string name_of(const testing::TestParamInfo<Target>& info) {
  return std::string(facts(info.param.codec).rtpmap_name);
}

constexpr double kLongestDelay = 0.03;

enum class OnLoss { conceal, zeros };

/// Encodes, loses what `is_lost` says, decodes; 20 ms a packet.
template <class IsLost>
Audio pass(Codec codec, const Audio& audio, IsLost is_lost, OnLoss on_loss = OnLoss::conceal,
           std::size_t ms = kFrameMs) {
  const auto encoder = make_encoder(codec);
  const auto decoder = make_decoder(codec);
  const std::size_t frame = samples_in(encoder->rate(), ms);
  std::vector<base::Bytes> packets;
  for (std::size_t i = 0; i + frame <= audio.size(); i += frame) {
    base::Bytes payload(kMaxPayload);
    payload.resize(encoder->encode(Samples(audio).subspan(i, frame), payload));
    EXPECT_FALSE(payload.empty());
    packets.push_back(std::move(payload));
  }
  Audio heard;
  Audio out(kMaxPacketSamples);
  for (std::size_t i = 0; i < packets.size(); ++i) {
    std::size_t samples = frame;
    if (!is_lost(i)) {
      samples = decoder->decode(packets[i], out);
      EXPECT_EQ(samples, frame);
    } else if (on_loss == OnLoss::conceal) {
      const bool has_next = i + 1 < packets.size() && !is_lost(i + 1);
      decoder->conceal(SampleBuffer(out).first(frame), has_next ? packets[i + 1] : base::ByteView{});
    } else {
      std::fill_n(out.begin(), frame, std::int16_t{0});
    }
    heard.insert(heard.end(), out.begin(), out.begin() + static_cast<std::ptrdiff_t>(samples));
  }
  return heard;
}

constexpr auto kNothingLost = [](std::size_t) { return false; };

SampleRate rate_of(Codec codec) {
  return make_decoder(codec)->rate();
}

TEST_P(CodecQuality, KeepsLevelAndPitchOfATone) {
  const SampleRate rate = rate_of(GetParam().codec);
  for (const double hz : {300.0, 1'004.0, 3'000.0}) {
    const Audio tone = test::sine(rate, hz, 1);
    const Audio heard = pass(GetParam().codec, tone, kNothingLost);
    const Samples settled = Samples(heard).subspan(heard.size() / 2);
    EXPECT_NEAR(test::level(settled), test::level(tone), 1.0) << hz;
    EXPECT_LT(test::sharpest_corner(settled), test::sharpest_corner(tone) * 1.5 + 400) << hz << ": a click";
  }
}

TEST_P(CodecQuality, SoundsLikeWhatWasSaidWithBoundedDelay) {
  const auto& [codec, highest_hz, snr, delay, lossy_snr, over_zeros] = GetParam();
  const SampleRate rate = rate_of(codec);
  const Audio said = test::speech(rate, 3, highest_hz);
  const Audio heard = pass(codec, said, kNothingLost);
  const double behind = test::delay_of(heard, rate, highest_hz, kLongestDelay);
  EXPECT_LE(behind, delay);
  const Audio wanted = test::speech(rate, 3, highest_hz, behind);
  EXPECT_GT(test::segmental_snr(wanted, heard, rate), snr);
  EXPECT_NEAR(test::level(heard), test::level(said), 1.0);
  EXPECT_LT(test::sharpest_corner(heard), test::sharpest_corner(said) * 1.3 + 400);
}

TEST_P(CodecQuality, HidesTheLossOfTwoPacketsInAHundred) {
  const auto& [codec, highest_hz, snr, delay, lossy_snr, over_zeros] = GetParam();
  const SampleRate rate = rate_of(codec);
  constexpr double kSeconds = 8;
  const Audio said = test::speech(rate, kSeconds, highest_hz);
  std::mt19937 random(20);
  std::vector<bool> lost(static_cast<std::size_t>(kSeconds * 50));
  for (std::size_t i = 10; i < lost.size(); ++i) lost[i] = random() % 50 == 0;
  const auto is_lost = [&](std::size_t i) { return lost[i]; };
  const Audio concealed = pass(codec, said, is_lost);
  const Audio zeros = pass(codec, said, is_lost, OnLoss::zeros);
  const double behind = test::delay_of(concealed, rate, highest_hz, kLongestDelay);
  const Audio wanted = test::speech(rate, kSeconds, highest_hz, behind);
  EXPECT_GT(test::segmental_snr(wanted, concealed, rate), lossy_snr);

  const std::size_t frame = samples_in(rate, kFrameMs);
  const std::size_t shift = static_cast<std::size_t>(behind * hertz(rate));
  std::vector<double> snr_concealed, snr_zeros, joint_concealed, joint_zeros;
  for (std::size_t i = 0; i + 1 < lost.size(); ++i) {
    if (!lost[i]) continue;
    const auto cut = [&](const Audio& audio) {
      const auto begin = audio.begin() + static_cast<std::ptrdiff_t>(i * frame + shift);
      return Audio(begin, begin + static_cast<std::ptrdiff_t>(frame));
    };
    // A click is a jump where the audio of the network ends and where it begins again, of what differs from what was
    // said: voice itself may jump.
    const auto joint = [&](const Audio& audio) {
      const auto off = [&](std::size_t at) { return std::abs(audio[at] - wanted[at]); };
      const auto jump = [&](std::size_t at) { return std::abs(off(at) - off(at - 1)); };
      return jump(i * frame) + jump((i + 1) * frame);
    };
    snr_concealed.push_back(test::segmental_snr(cut(wanted), cut(concealed), rate, 0));
    snr_zeros.push_back(test::segmental_snr(cut(wanted), cut(zeros), rate, 0));
    joint_concealed.push_back(joint(concealed));
    joint_zeros.push_back(joint(zeros));
  }
  ASSERT_GE(snr_zeros.size(), 5u);
  EXPECT_GT(test::mean(snr_concealed), test::mean(snr_zeros) + over_zeros);
  EXPECT_LT(test::mean(joint_concealed), 0.6 * test::mean(joint_zeros)) << "clicks";
  EXPECT_LT(test::sharpest_corner(concealed), test::sharpest_corner(said) * 1.3 + 400);
}

TEST_P(CodecQuality, FadesToSilenceWhenNothingComesAndNeverGetsLouder) {
  const Codec codec = GetParam().codec;
  const SampleRate rate = rate_of(codec);
  for (const Audio& said : {test::speech(rate, 1, GetParam().highest_hz), test::white_noise(rate, 1, 8'000)}) {
    const Audio heard = pass(codec, said, [](std::size_t i) { return i >= 25; });
    const std::size_t frame = samples_in(rate, kFrameMs);
    const Samples gap = Samples(heard).subspan(25 * frame);
    const double before = test::level(Samples(heard).subspan(24 * frame, frame));
    for (std::size_t i = 0; i + frame <= gap.size(); i += frame) {
      EXPECT_LT(test::level(gap.subspan(i, frame)), before + 2) << "20 ms number " << i / frame;
    }
    EXPECT_EQ(test::level(gap.subspan(5 * frame, frame)), kSilenceDbov) << "after 100 ms";
  }
}

TEST_P(CodecQuality, TakesEveryPacketTimeItSaysAndNoOther) {
  const Codec codec = GetParam().codec;
  const SampleRate rate = rate_of(codec);
  const Audio said = test::speech(rate, 1, GetParam().highest_hz);
  const auto encoder = make_encoder(codec);
  std::array<std::uint8_t, kMaxPayload> payload{};
  for (std::size_t ms = 1; ms <= 70; ++ms) {
    const std::size_t octets = encoder->encode(Samples(said).first(samples_in(rate, ms)), payload);
    EXPECT_EQ(octets > 0, encoder->takes(ms)) << ms;
    if (!encoder->takes(ms)) continue;
    const Audio heard = pass(codec, said, kNothingLost, OnLoss::conceal, ms);
    // Opus begins softly, and this is its first second.
    EXPECT_NEAR(test::level(heard), test::level(said), 2.5) << ms;
  }
  EXPECT_TRUE(encoder->takes(10) && encoder->takes(20) && encoder->takes(40) && encoder->takes(60));
  EXPECT_EQ(encoder->encode(Samples(said).first(samples_in(rate, 20) + 1), payload), 0u);
  EXPECT_EQ(encoder->encode(Samples(said).first(samples_in(rate, 20)), std::span(payload).first(1)), 0u);
}

TEST_P(CodecQuality, RefusesAPayloadThatIsNoneOrTooLong) {
  const auto decoder = make_decoder(GetParam().codec);
  Audio out(kMaxPacketSamples);
  EXPECT_EQ(decoder->samples_of({}), 0u);
  EXPECT_EQ(decoder->decode({}, out), 0u);
  const base::Bytes large(kMaxPayload + 1, 0x55);
  EXPECT_EQ(decoder->samples_of(large), 0u);
  EXPECT_EQ(decoder->decode(large, out), 0u);
}

INSTANTIATE_TEST_SUITE_P(Voice, CodecQuality,
                         testing::Values(Target{Codec::pcma, 3'400, 30, 0, 28, 3},
                                         Target{Codec::pcmu, 3'400, 30, 0, 28, 3},
                                         Target{Codec::g722, 7'000, 16, 0.002, 15, 3},
                                         Target{Codec::opus, 3'400, 8, 0.01, 7, 3}),
                         name_of);

/// From one codec to the next as a bridge does it.
Audio transcode(Codec codec, const Audio& audio, SampleRate rate) {
  const SampleRate own = rate_of(codec);
  const auto convert = [](const Audio& in, SampleRate from, SampleRate to) {
    Resampler resampler(from, to);
    Audio out(resampler.samples_for(in.size()));
    const std::size_t step = samples_in(from, kFrameMs);
    for (std::size_t i = 0; i + step <= in.size(); i += step) {
      resampler.convert(Samples(in).subspan(i, step), SampleBuffer(out).subspan(resampler.samples_for(i)));
    }
    return out;
  };
  return convert(pass(codec, convert(audio, rate, own), kNothingLost), own, rate);
}

TEST(CodecChain, StaysClearThroughThreeCodecs) {
  constexpr SampleRate kRate = SampleRate::wide;
  const Audio said = test::speech(kRate, 3);
  for (const auto& chain :
       {std::array{Codec::pcma, Codec::opus, Codec::g722}, std::array{Codec::pcmu, Codec::g722, Codec::pcma},
        std::array{Codec::g722, Codec::pcma, Codec::opus}}) {
    Audio heard = said;
    for (const Codec codec : chain) heard = transcode(codec, heard, kRate);
    const double behind = test::delay_of(heard, kRate);
    EXPECT_LT(behind, 0.06);
    EXPECT_GT(test::segmental_snr(test::speech(kRate, 3, 3'400, behind), heard, kRate), 6);
    EXPECT_NEAR(test::level(heard), test::level(said), 1.0);
    EXPECT_LT(test::sharpest_corner(heard), test::sharpest_corner(said) * 1.4 + 400);
  }
}

TEST(Codec, IsOnlyMadeOfVoice) {
  for (const Format& format : all_formats()) {
    if (format.is_voice) {
      EXPECT_TRUE(make_encoder(format.codec) && make_decoder(format.codec));
    } else {
      EXPECT_THROW(make_encoder(format.codec), std::logic_error);
      EXPECT_THROW(make_decoder(format.codec), std::logic_error);
    }
  }
}

}  // namespace
}  // namespace cadenas::media
