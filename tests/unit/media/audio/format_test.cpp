#include "media/audio/format.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace cadenas::media {
namespace {

std::optional<CodecChoice> choose(std::vector<Codec> a, std::vector<Codec> b) {
  return choose_codecs(a, b);
}

TEST(Format, StandsInTheTableWhereItsNameSays) {
  for (const Format& format : all_formats()) EXPECT_EQ(facts(format.codec).codec, format.codec);
}

TEST(Format, IsFoundByRtpmapInAnyCaseAndByStaticType) {
  EXPECT_EQ(codec_from_rtpmap("opus", 48'000, 2), Codec::opus);
  EXPECT_EQ(codec_from_rtpmap("pcmA", 8'000, 1), Codec::pcma);
  EXPECT_EQ(codec_from_rtpmap("telephone-event", 48'000, 1), Codec::telephone_event);
  EXPECT_EQ(codec_from_rtpmap("G722", 8'000, 1), Codec::g722) << "RFC 3551 keeps the wrong clock";
  EXPECT_EQ(codec_from_rtpmap("G722", 16'000, 1), std::nullopt);
  EXPECT_EQ(codec_from_rtpmap("opus", 48'000, 1), std::nullopt) << "RFC 7587 §7: always two";
  EXPECT_EQ(codec_from_rtpmap("G729", 8'000, 1), std::nullopt);
  EXPECT_EQ(codec_from_static_type(0), Codec::pcmu);
  EXPECT_EQ(codec_from_static_type(8), Codec::pcma);
  EXPECT_EQ(codec_from_static_type(9), Codec::g722);
  EXPECT_EQ(codec_from_static_type(13), Codec::comfort_noise);
  EXPECT_EQ(codec_from_static_type(96), std::nullopt);
}

TEST(ChooseCodecs, SparesTranscodingEvenForANarrowerBand) {
  EXPECT_EQ(choose({Codec::opus, Codec::pcma}, {Codec::g722, Codec::pcma}), (CodecChoice{Codec::pcma, Codec::pcma}));
  EXPECT_EQ(choose({Codec::pcmu, Codec::g722}, {Codec::g722, Codec::pcmu}), (CodecChoice{Codec::pcmu, Codec::pcmu}))
      << "the order of the offer";
}

TEST(ChooseCodecs, TakesTheWidestCommonBandWhereItMustTranscode) {
  EXPECT_EQ(choose({Codec::pcma, Codec::opus}, {Codec::pcmu, Codec::g722}), (CodecChoice{Codec::opus, Codec::g722}));
  EXPECT_EQ(choose({Codec::opus, Codec::g722}, {Codec::pcmu}), (CodecChoice{Codec::opus, Codec::pcmu}))
      << "nothing wider is common: what each prefers";
  EXPECT_TRUE(choose({Codec::opus}, {Codec::pcma})->transcodes());
}

TEST(ChooseCodecs, WantsVoiceOnBothSides) {
  EXPECT_EQ(choose({}, {Codec::pcma}), std::nullopt);
  EXPECT_EQ(choose({Codec::telephone_event, Codec::comfort_noise}, {Codec::telephone_event, Codec::pcma}),
            std::nullopt);
}

}  // namespace
}  // namespace cadenas::media
