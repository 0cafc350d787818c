// Voice on its whole way between an encrypting phone and a port of the TDM bus, by a session of its own and in a
// conference room. What comes out at either end is measured against what went in at the other. The test makes the time.
#include <cstddef>
#include <memory>
#include <optional>
#include <ostream>
#include <span>
#include <string>

#include <gtest/gtest.h>

#include "../audio/heard_voice.hpp"
#include "../room_phone.hpp"
#include "media/dtls_context.hpp"
#include "media/dtls_profile.hpp"
#include "media/leg_work.hpp"
#include "media/room.hpp"
#include "media/tdm/slot_channel.hpp"
#include "media/tdm/slot_session.hpp"

namespace cadenas::media::tdm {
namespace {

using test::Audio;
using test::CarriedLoop;
using test::kAmplitude;
using test::RoomPhone;

constexpr SampleRate kPortRate = SampleRate::narrow;
constexpr double kSeconds = 2;
constexpr int kFrames = 100;

enum class Through { session, room };

struct Line {
  const char* name;
  Through through;
  Codec codec;
  G711Law law;
  Suite suite;

  bool is_opus() const { return codec == Codec::opus; }
  double least_snr_db() const { return is_opus() ? 8 : 24; }
  double most_level_db() const { return is_opus() ? 1.5 : 0.3; }
  double most_noise_db() const { return is_opus() ? -20 : -30; }
  friend std::ostream& operator<<(std::ostream& out, const Line& line) { return out << line.name; }
};

class SlotPath : public testing::Test {
 protected:
  ~SlotPath() override {
    if (session_) session_->end([] {});
    while (const std::unique_ptr<RoomMember> member = room_.take_out_any()) member->end([] {});
    EXPECT_TRUE(loop_.ports.empty());
  }

  /// The phone's keys are its own, or come from a handshake.
  void open(const Line& line, const std::optional<test::PeerSettings>& dtls = {}) {
    phone_ = std::make_unique<RoomPhone>(1, line.codec, dtls ? std::nullopt : std::optional(line.suite));
    if (dtls) phone_->use_dtls(*dtls);
    channel_ = std::make_shared<SlotChannel>(line.law);
    LegSockets sockets = LegSockets::bind(test::loopback(), pool_).value();
    if (line.through == Through::session) {
      const std::shared_ptr<SideCounters> leg(counters_, &counters_->leg);
      session_ = std::make_unique<SlotSession>(leg, std::move(sockets), TimeSlot(channel_), loop_, dtls_);
      session_->begin();
      session_->configure(phone_->media(), std::make_unique<SlotVoice>(SlotAudio{phone_->audio(), test::kEvents}));
    } else {
      room_.join(phone_->id, counters_, std::move(sockets), loop_, dtls_);
      room_.configure(phone_->id, phone_->media(), std::make_unique<MemberVoice>(phone_->audio()));
      room_.join(2, std::make_shared<MemberCounters>(), TimeSlot(channel_));
    }
    if (dtls) phone_->shake(loop_, *loop_.ports.front(), dtls_, now_);
  }
  void talk(int frames) {
    for (int i = 0; i < frames; ++i, ++frame_, now_ += test::kFrame) {
      phone_->say(loop_, *loop_.ports.front(), now_);
      SlotFrame octets;
      for (std::size_t s = 0; s < octets.size(); ++s) {
        octets[s] = g711_encode(channel_->law(), port_says_[(frame_ * kFrameOctets + s) % port_says_.size()]);
      }
      channel_->heard.put(octets);
      if (session_) {
        session_->frame(now_);
      } else {
        room_.mix(now_);
      }
      const bool is_there = channel_->said.take(octets);
      for (const std::uint8_t octet : octets) {
        port_heard_.push_back(is_there ? g711_decode(channel_->law(), octet) : std::int16_t{0});
      }
      for (CarriedLoop::Sent& sent : loop_.take_sent()) {
        if (!phone_->got_report(sent)) phone_->get(std::move(sent.packet), now_);
      }
      phone_->listen(now_);
    }
  }
  FlowStats leg() const { return counters_->read().leg.rtp; }

  PortPool pool_{44'000, 44'999};
  CarriedLoop loop_;
  DtlsContext dtls_context_{base::WallTime{}};
  LegWork dtls_{dtls_context_};
  std::shared_ptr<MemberCounters> counters_ = std::make_shared<MemberCounters>();
  std::shared_ptr<SlotChannel> channel_;
  std::unique_ptr<SlotSession> session_;
  Room room_{{}};
  std::unique_ptr<RoomPhone> phone_;
  Audio port_says_ = Audio(kFrameOctets);
  Audio port_heard_;
  base::SteadyTime now_{base::Millis{5'000}};
  std::size_t frame_ = 0;
};

// A jitter buffer of 20 ms, a frame that waits in the queue of the slot, what resamplers and Opus need; and towards the
// phone a frame that is held back for digits.
constexpr double kMostMsToPort = 55;
constexpr double kMostMsToPhone = 70;

void expect_clear(const Audio& heard, SampleRate rate, double most_delay_ms, const Line& line) {
  const test::HeardVoice voice = test::heard_voice(heard, rate);
  SCOPED_TRACE(testing::Message() << voice);
  EXPECT_LE(voice.delay_ms, most_delay_ms);
  EXPECT_NEAR(voice.level_db, 0, line.most_level_db());
  EXPECT_GT(voice.snr_db, line.least_snr_db());
  EXPECT_LT(voice.burst_db, 1);
  EXPECT_LT(voice.gap_db, 3);
  EXPECT_LT(voice.sharpness, 1.25) << "clicks";
}
void expect_steady(const Audio& heard, SampleRate rate, double hz, const Line& line) {
  const test::HeardTone tone = test::heard_tone(heard, rate, hz, kAmplitude);
  SCOPED_TRACE(testing::Message() << hz << " Hz: " << tone);
  EXPECT_NEAR(tone.level_db, 0, 0.5);
  EXPECT_LT(tone.unsteady, 0.08) << "gaps, or a delay that moves";
  EXPECT_LT(tone.noise_db, line.most_noise_db());
  EXPECT_LT(tone.corner, 1'300) << "clicks";
}

class SlotVoicePath : public SlotPath, public testing::WithParamInterface<Line> {};

TEST_P(SlotVoicePath, CarriesSpeechBothWaysAtItsLevelWithBoundedDelayAndWithoutClicks) {
  open(GetParam());
  phone_->hum(test::speech(phone_->rate, kSeconds));
  port_says_ = test::speech(kPortRate, kSeconds);
  talk(kFrames);
  expect_clear(port_heard_, kPortRate, kMostMsToPort, GetParam());
  expect_clear(phone_->heard, phone_->rate, kMostMsToPhone, GetParam());
  EXPECT_EQ(leg().rx_authenticated, 100u);
  EXPECT_EQ(leg().tx_encrypted, 100u);
}

TEST_P(SlotVoicePath, CarriesATonesLevelSteadilyBothWays) {
  open(GetParam());
  phone_->hum(test::sine(phone_->rate, 430, kSeconds, kAmplitude));
  port_says_ = test::sine(kPortRate, 370, kSeconds, kAmplitude);
  talk(kFrames);
  expect_steady(port_heard_, kPortRate, 430, GetParam());
  expect_steady(phone_->heard, phone_->rate, 370, GetParam());
}

TEST_P(SlotVoicePath, TurnsSilentAndCountsWhenTheKeyIsWrongInMidCall) {
  // ENC-2: never a burst of noise.
  open(GetParam());
  phone_->hum(test::speech(phone_->rate, kSeconds));
  talk(kFrames / 2);
  phone_->use_wrong_key(GetParam().suite);
  talk(kFrames / 2);
  const test::HeardVoice voice = test::heard_voice(port_heard_, kPortRate);
  SCOPED_TRACE(testing::Message() << voice);
  EXPECT_LT(voice.burst_db, 1);
  EXPECT_LT(voice.sharpness, 1.25);
  EXPECT_LT(test::loudest_at_the_end(port_heard_, kPortRate), test::kQuiet);
  EXPECT_EQ(leg().rx_authenticated, 50u);
  EXPECT_EQ(leg().rx_auth_failed, 50u);
}

INSTANTIATE_TEST_SUITE_P(
    Over, SlotVoicePath,
    testing::Values(Line{"SessionOfPcma", Through::session, Codec::pcma, G711Law::a, Suite::aes_cm_128_hmac_sha1_80},
                    Line{"SessionOfPcmu", Through::session, Codec::pcmu, G711Law::a, Suite::aes_cm_128_hmac_sha1_32},
                    Line{"SessionOfG722", Through::session, Codec::g722, G711Law::mu, Suite::aes_256_cm_hmac_sha1_80},
                    Line{"SessionOfOpus", Through::session, Codec::opus, G711Law::a, Suite::aes_256_cm_hmac_sha1_32},
                    Line{"SessionUnderGcm128", Through::session, Codec::pcmu, G711Law::mu, Suite::aead_aes_128_gcm},
                    Line{"SessionUnderGcm256", Through::session, Codec::pcma, G711Law::mu, Suite::aead_aes_256_gcm},
                    Line{"RoomWithG722", Through::room, Codec::g722, G711Law::a, Suite::aead_aes_256_gcm},
                    Line{"RoomWithOpus", Through::room, Codec::opus, G711Law::mu, Suite::aes_cm_128_hmac_sha1_80}),
    [](const auto& line) { return std::string(line.param.name); });

class LossySlotPath : public SlotPath, public testing::WithParamInterface<Line> {};

TEST_P(LossySlotPath, StaysIntelligibleWithTwoInAHundredLost) {
  open(GetParam());
  phone_->hum(test::speech(phone_->rate, 5));
  phone_->loses = {31, 88, 134, 190, 227};
  talk(250);
  const test::HeardVoice voice = test::heard_voice(port_heard_, kPortRate);
  const double lost_off = test::spectrum_off(port_heard_, kPortRate, voice.delay_ms, phone_->loses);
  SCOPED_TRACE(testing::Message() << voice << "; what was lost is off by " << lost_off << " dB");
  EXPECT_LE(voice.delay_ms, kMostMsToPort);
  EXPECT_NEAR(voice.level_db, 0, GetParam().most_level_db());
  EXPECT_GT(voice.snr_db, GetParam().least_snr_db() - 1);
  EXPECT_LT(voice.burst_db, 3);
  EXPECT_LT(voice.gap_db, 4);
  EXPECT_LT(voice.sharpness, 1.25) << "clicks";
  EXPECT_LT(lost_off, 3);
}

INSTANTIATE_TEST_SUITE_P(
    Over, LossySlotPath,
    testing::Values(Line{"SessionOfPcma", Through::session, Codec::pcma, G711Law::a, Suite::aes_cm_128_hmac_sha1_80},
                    Line{"SessionOfPcmu", Through::session, Codec::pcmu, G711Law::a, Suite::aead_aes_128_gcm},
                    Line{"SessionOfG722", Through::session, Codec::g722, G711Law::mu, Suite::aead_aes_256_gcm},
                    Line{"SessionOfOpus", Through::session, Codec::opus, G711Law::a, Suite::aes_256_cm_hmac_sha1_80}),
    [](const auto& line) { return std::string(line.param.name); });

class DtlsSlotPath : public SlotPath, public testing::WithParamInterface<Suite> {};

TEST_P(DtlsSlotPath, CarriesSpeechUnderKeysOfAHandshakeAndIsSilentUnderOthers) {
  const Suite suite = GetParam();
  const Line line{"", Through::session, Codec::g722, G711Law::a, suite};
  open(line, test::PeerSettings{facts(suite).is_aead() ? DtlsRole::passive : DtlsRole::active,
                                profile_list(std::span(&suite, 1))});
  phone_->hum(test::speech(phone_->rate, kSeconds));
  port_says_ = test::speech(kPortRate, kSeconds);
  talk(kFrames);
  expect_clear(port_heard_, kPortRate, kMostMsToPort, line);
  expect_clear(phone_->heard, phone_->rate, kMostMsToPhone, line);
  EXPECT_EQ(counters_->read().leg.receive_suite, suite);
  EXPECT_EQ(leg().rx_authenticated, 100u);
  EXPECT_EQ(leg().tx_clear, 0u);
  phone_->use_wrong_key(suite);
  talk(kFrames / 2);
  EXPECT_LT(test::loudest_at_the_end(port_heard_, kPortRate), test::kQuiet);
  EXPECT_LT(test::heard_voice(port_heard_, kPortRate).burst_db, 1);
  EXPECT_EQ(leg().rx_authenticated, 100u);
  EXPECT_EQ(leg().rx_auth_failed, 50u);
}

INSTANTIATE_TEST_SUITE_P(Over, DtlsSlotPath, testing::ValuesIn(dtls_suites().begin(), dtls_suites().end()),
                         [](const auto& suite) { return std::string(facts(suite.param).sdp_name); });

}  // namespace
}  // namespace cadenas::media::tdm
