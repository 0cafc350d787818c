// Voice on its whole way through conference rooms: phone, SRTP, jitter buffer, decoder, sum, link, encoder, SRTP,
// phone. What the last one hears is measured against what the first one said. No network, the time is the test's.
#include <ostream>
#include <span>
#include <string>

#include <gtest/gtest.h>

#include "audio/heard_voice.hpp"
#include "linked_rooms.hpp"

namespace cadenas::media {
namespace {

using test::kAmplitude;
using test::RoomPhone;

constexpr double kSeconds = 2;
constexpr int kFrames = 100;

/// From one phone to another through one room, or through two that are linked.
struct Way {
  const char* name;
  bool is_linked;
  Codec speaks;
  Codec listens;
  Suite suite;

  int opus_times() const { return (speaks == Codec::opus ? 1 : 0) + (listens == Codec::opus ? 1 : 0); }
  /// Two jitter buffers of 20 ms, what resamplers and Opus need, and what waits in a link.
  double most_delay_ms() const { return is_linked ? 75 : 55; }
  /// Opus keeps what is heard, not the waveform; once more of it costs once more.
  double least_snr_db() const { return opus_times() == 0 ? 24 : opus_times() == 1 ? 9 : 6; }
  double most_level_db() const { return opus_times() == 0 ? 0.3 : 1.5; }
  double most_noise_db() const { return opus_times() == 0 ? -30 : -20; }
  friend std::ostream& operator<<(std::ostream& out, const Way& way) { return out << way.name; }
};

template <class Param>
class OnAWay : public test::LinkedRooms, public testing::WithParamInterface<Param> {
 protected:
  There& first_room() { return rooms_.empty() ? open() : *rooms_.front(); }
  There& last_room(const Way& way) {
    There& first = first_room();
    if (way.is_linked && rooms_.size() == 1) link(first, open());
    return *rooms_.back();
  }
  FlowStats first_leg() { return first_room().counters.front()->read().leg.rtp; }
};

void expect_clear(const RoomPhone& listener, const Way& way) {
  const test::HeardVoice voice = test::heard_voice(listener.heard, listener.rate);
  SCOPED_TRACE(testing::Message() << voice);
  EXPECT_LE(voice.delay_ms, way.most_delay_ms());
  EXPECT_NEAR(voice.level_db, 0, way.most_level_db());
  EXPECT_GT(voice.snr_db, way.least_snr_db());
  EXPECT_LT(voice.burst_db, 1);
  EXPECT_LT(voice.gap_db, 3);
  EXPECT_LT(voice.sharpness, 1.25) << "clicks";
}
void expect_steady(const RoomPhone& listener, double hz, const Way& way) {
  const test::HeardTone tone = test::heard_tone(listener.heard, listener.rate, hz, kAmplitude);
  SCOPED_TRACE(testing::Message() << hz << " Hz: " << tone);
  EXPECT_NEAR(tone.level_db, 0, 0.5);
  EXPECT_LT(tone.unsteady, 0.08) << "gaps, or a delay that moves";
  EXPECT_LT(tone.noise_db, way.most_noise_db());
  EXPECT_LT(tone.corner, 1'300) << "clicks";
}

class VoicePath : public OnAWay<Way> {};

TEST_P(VoicePath, CarriesSpeechAtItsLevelWithBoundedDelayAndWithoutClicks) {
  const Way& way = GetParam();
  RoomPhone& speaker = join(first_room(), way.speaks, 0, way.suite);
  const RoomPhone& listener = join(last_room(way), way.listens, 0, way.suite);
  speaker.hum(test::speech(speaker.rate, kSeconds));
  talk(kFrames);
  expect_clear(listener, way);
  EXPECT_EQ(first_leg().rx_authenticated, 100u);
  EXPECT_EQ(first_leg().tx_encrypted, 100u);
}

TEST_P(VoicePath, CarriesATonesLevelSteadilyBothWaysAtOnce) {
  const Way& way = GetParam();
  const RoomPhone& one = join(first_room(), way.speaks, 430, way.suite);
  const RoomPhone& other = join(last_room(way), way.listens, 370, way.suite);
  talk(kFrames);
  expect_steady(other, 430, way);
  expect_steady(one, 370, way);
}

TEST_P(VoicePath, TurnsSilentAndCountsWhenTheKeyIsWrongInMidCall) {
  // ENC-2: never a burst of noise.
  const Way& way = GetParam();
  RoomPhone& speaker = join(first_room(), way.speaks, 0, way.suite);
  const RoomPhone& listener = join(last_room(way), way.listens, 0, way.suite);
  speaker.hum(test::speech(speaker.rate, kSeconds));
  talk(kFrames / 2);
  speaker.use_wrong_key(way.suite);
  talk(kFrames / 2);
  const test::HeardVoice voice = test::heard_voice(listener.heard, listener.rate);
  SCOPED_TRACE(testing::Message() << voice);
  EXPECT_LT(voice.burst_db, 1);
  EXPECT_LT(voice.sharpness, 1.25);
  EXPECT_LT(test::loudest_at_the_end(listener.heard, listener.rate), test::kQuiet);
  EXPECT_EQ(first_leg().rx_authenticated, 50u);
  EXPECT_EQ(first_leg().rx_auth_failed, 50u);
}

// Each codec says and hears, each suite is on a way.
INSTANTIATE_TEST_SUITE_P(
    Through, VoicePath,
    testing::Values(Way{"RoomPcmaToPcmu", false, Codec::pcma, Codec::pcmu, Suite::aes_cm_128_hmac_sha1_80},
                    Way{"RoomPcmuToG722", false, Codec::pcmu, Codec::g722, Suite::aes_cm_128_hmac_sha1_32},
                    Way{"RoomG722ToOpus", false, Codec::g722, Codec::opus, Suite::aes_256_cm_hmac_sha1_80},
                    Way{"RoomOpusToPcma", false, Codec::opus, Codec::pcma, Suite::aes_256_cm_hmac_sha1_32},
                    Way{"RoomG722ToG722", false, Codec::g722, Codec::g722, Suite::aead_aes_128_gcm},
                    Way{"RoomOpusToOpus", false, Codec::opus, Codec::opus, Suite::aead_aes_256_gcm},
                    Way{"LinkPcmaToG722", true, Codec::pcma, Codec::g722, Suite::aead_aes_256_gcm},
                    Way{"LinkG722ToPcmu", true, Codec::g722, Codec::pcmu, Suite::aead_aes_128_gcm},
                    Way{"LinkPcmuToOpus", true, Codec::pcmu, Codec::opus, Suite::aes_256_cm_hmac_sha1_80},
                    Way{"LinkOpusToPcma", true, Codec::opus, Codec::pcma, Suite::aes_cm_128_hmac_sha1_80}),
    [](const auto& way) { return std::string(way.param.name); });

class LossyVoicePath : public OnAWay<Way> {};

TEST_P(LossyVoicePath, StaysIntelligibleWithTwoInAHundredLost) {
  const Way& way = GetParam();
  RoomPhone& speaker = join(first_room(), way.speaks, 0, way.suite);
  const RoomPhone& listener = join(last_room(way), way.listens, 0, way.suite);
  speaker.hum(test::speech(speaker.rate, 5));
  speaker.loses = {31, 88, 134, 190, 227};
  talk(250);
  const test::HeardVoice voice = test::heard_voice(listener.heard, listener.rate);
  const double lost_off = test::spectrum_off(listener.heard, listener.rate, voice.delay_ms, speaker.loses);
  SCOPED_TRACE(testing::Message() << voice << "; what was lost is off by " << lost_off << " dB");
  EXPECT_LE(voice.delay_ms, way.most_delay_ms());
  EXPECT_NEAR(voice.level_db, 0, way.most_level_db());
  EXPECT_GT(voice.snr_db, way.least_snr_db() - 1);
  EXPECT_LT(voice.burst_db, 3);
  EXPECT_LT(voice.gap_db, 4);
  EXPECT_LT(voice.sharpness, 1.25) << "clicks";
  EXPECT_LT(lost_off, 3);
}

INSTANTIATE_TEST_SUITE_P(
    Through, LossyVoicePath,
    testing::Values(Way{"RoomPcmaToPcma", false, Codec::pcma, Codec::pcma, Suite::aes_cm_128_hmac_sha1_80},
                    Way{"RoomPcmuToG722", false, Codec::pcmu, Codec::g722, Suite::aes_cm_128_hmac_sha1_80},
                    Way{"RoomG722ToG722", false, Codec::g722, Codec::g722, Suite::aead_aes_128_gcm},
                    Way{"RoomOpusToPcma", false, Codec::opus, Codec::pcma, Suite::aead_aes_256_gcm},
                    Way{"LinkPcmuToPcma", true, Codec::pcmu, Codec::pcma, Suite::aes_256_cm_hmac_sha1_80}),
    [](const auto& way) { return std::string(way.param.name); });

/// The suites that have a profile; the phone is the server of the handshake under half of them.
class DtlsVoicePath : public OnAWay<Suite> {};

TEST_P(DtlsVoicePath, CarriesSpeechUnderKeysOfAHandshakeAndIsSilentUnderOthers) {
  const Suite suite = GetParam();
  const Way way{"", false, Codec::pcma, Codec::g722, suite};
  const test::PeerSettings settings{facts(suite).is_aead() ? DtlsRole::active : DtlsRole::passive,
                                    profile_list(std::span(&suite, 1))};
  RoomPhone& speaker = join_by_dtls(first_room(), way.speaks, settings);
  const RoomPhone& listener = join_by_dtls(first_room(), way.listens, settings);
  speaker.hum(test::speech(speaker.rate, kSeconds));
  talk(kFrames);
  expect_clear(listener, way);
  EXPECT_EQ(first_room().counters.front()->read().leg.receive_suite, suite);
  EXPECT_EQ(first_leg().rx_authenticated, 100u);
  EXPECT_EQ(first_leg().tx_clear, 0u);
  speaker.use_wrong_key(suite);
  talk(kFrames / 2);
  EXPECT_LT(test::loudest_at_the_end(listener.heard, listener.rate), test::kQuiet);
  EXPECT_LT(test::heard_voice(listener.heard, listener.rate).burst_db, 1);
  EXPECT_EQ(first_leg().rx_authenticated, 100u);
  EXPECT_EQ(first_leg().rx_auth_failed, 50u);
}

INSTANTIATE_TEST_SUITE_P(Through, DtlsVoicePath, testing::ValuesIn(dtls_suites().begin(), dtls_suites().end()),
                         [](const auto& suite) { return std::string(facts(suite.param).sdp_name); });

}  // namespace
}  // namespace cadenas::media
