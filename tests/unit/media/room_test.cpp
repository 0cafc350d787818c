// A conference room without a network: phones with codecs and keys of their own, packets carried by the test, time too.
#include "media/room.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "audio/signals.hpp"
#include "carried_loop.hpp"
#include "dtls_peer.hpp"
#include "media/audio/tone_table.hpp"
#include "media/frame_clock.hpp"
#include "media/rtcp_report.hpp"
#include "packets.hpp"
#include "room_phone.hpp"

namespace cadenas::media {
namespace {

using base::Bytes;
using test::Audio;
using test::CarriedLoop;
using test::kFrame;
using test::kSilent;
using test::loopback;
using test::params;
using test::RoomPhone;

class RoomTest : public testing::Test {
 protected:
  ~RoomTest() override {
    while (const std::unique_ptr<RoomMember> member = room_.take_out_any()) member->end([] {});
    EXPECT_TRUE(loop_.ports.empty());
  }

  RoomPhone& join(Codec codec, std::optional<Suite> suite, double hum_hz = 0) {
    const MemberId id = phones_.size() + 1;
    phones_.push_back(std::make_unique<RoomPhone>(id, codec, suite, hum_hz));
    counters_.push_back(std::make_shared<MemberCounters>());
    room_.join(id, counters_.back(), LegSockets::bind(loopback(), pool_).value(), loop_, dtls_);
    ports_.push_back(loop_.ports[loop_.ports.size() - 2]);
    rtcp_ports_.push_back(loop_.ports.back());
    describe(*phones_.back());
    return *phones_.back();
  }
  void describe(const RoomPhone& phone) {
    room_.configure(phone.id, phone.media(), std::make_unique<MemberVoice>(phone.audio()));
  }
  Port& port(const RoomPhone& phone) { return *ports_[phone.id - 1]; }
  MemberStats stats(const RoomPhone& phone) const { return counters_[phone.id - 1]->read(); }

  void talk(int frames) {
    for (int i = 0; i < frames; ++i, now_ += kFrame) {
      for (const auto& phone : phones_) phone->say(loop_, port(*phone), now_);
      room_.mix(now_);
      for (CarriedLoop::Sent& sent : loop_.take_sent()) {
        if (std::ranges::any_of(phones_, [&](const auto& phone) { return phone->got_report(sent); })) continue;
        const auto to = std::ranges::find_if(phones_, [&](const auto& phone) { return phone->here == sent.to; });
        ASSERT_NE(to, phones_.end());
        (*to)->get(std::move(sent.packet), now_);
      }
      for (const auto& phone : phones_) phone->listen(now_);
    }
  }

  PortPool pool_{42'000, 42'999};
  CarriedLoop loop_;
  DtlsContext dtls_context_{base::WallTime{}};
  LegWork dtls_{dtls_context_};
  std::string digits_;
  Room room_{[this](MemberId member, char digit) { digits_ += std::to_string(member) + digit; }};
  base::SteadyTime now_{base::Millis{5'000}};
  std::vector<std::unique_ptr<RoomPhone>> phones_;
  std::vector<std::shared_ptr<MemberCounters>> counters_;
  std::vector<Port*> ports_;
  std::vector<Port*> rtcp_ports_;
};

TEST_F(RoomTest, LetsThreeOfDifferentCodecsAndSuitesHearTheOthersAndNotThemselves) {
  RoomPhone& narrow = join(Codec::pcmu, Suite::aes_cm_128_hmac_sha1_80, 500);
  RoomPhone& wide = join(Codec::g722, Suite::aes_256_cm_hmac_sha1_32, 800);
  RoomPhone& full = join(Codec::opus, Suite::aead_aes_256_gcm, 1'200);
  talk(100);
  for (RoomPhone* phone : {&narrow, &wide, &full}) {
    for (const auto& [other, hz] : {std::pair{&narrow, 500.0}, {&wide, 800.0}, {&full, 1'200.0}}) {
      if (other == phone) {
        EXPECT_LT(phone->hears(hz), kSilent) << phone->id << " hears itself";
      } else {
        EXPECT_NEAR(phone->hears(hz), 0, 2) << phone->id << " hears " << other->id;
      }
    }
    EXPECT_TRUE(stats(*phone).leg.receives_encrypted());
    EXPECT_TRUE(stats(*phone).leg.sends_encrypted());
    EXPECT_EQ(phone->packets, 100u);
  }
}

TEST_F(RoomTest, LetsAMemberInWhoseKeysComeFromADtlsHandshake) {
  RoomPhone& clear = join(Codec::pcmu, std::nullopt, 500);
  test::DtlsPeer peer;
  RoomPhone& dtls = join(Codec::pcmu, std::nullopt);
  LegMedia media = dtls.media();
  media.rtcp_mux = true;
  media.dtls =
      DtlsParams{DtlsRole::passive, {peer.fingerprint()}, {Suite::aead_aes_128_gcm, Suite::aes_cm_128_hmac_sha1_80}, 0};
  room_.configure(dtls.id, std::move(media), std::make_unique<MemberVoice>(dtls.audio()));
  clear.say(loop_, port(clear), now_);
  room_.mix(now_);
  for (const CarriedLoop::Sent& sent : loop_.take_sent()) EXPECT_EQ(sent.to, clear.here) << "before there are keys";
  peer.run();
  for (int rounds = 0; rounds < 10 && !peer.is_done(); ++rounds) {
    for (Bytes& datagram : std::exchange(peer.out, {})) loop_.deliver(port(dtls), std::move(datagram), dtls.here, now_);
    while (dtls_.next() && *dtls_.next() <= now_) dtls_.step(now_);
    for (const CarriedLoop::Sent& sent : loop_.take_sent()) peer.run(sent.packet);
  }
  ASSERT_TRUE(peer.is_done());
  for (std::uint16_t frame = 0; frame < 10; ++frame, now_ += kFrame) {
    clear.say(loop_, port(clear), now_);
    loop_.deliver(port(dtls), peer.protect(test::rtp_packet(77, frame)), dtls.here, now_);
    room_.mix(now_);
    for (const CarriedLoop::Sent& sent : loop_.take_sent()) {
      if (sent.to == dtls.here) {
        EXPECT_TRUE(peer.unprotect(sent.packet));
      }
    }
  }
  EXPECT_EQ(stats(dtls).leg.rtp.rx_authenticated, 10u);
  EXPECT_GE(stats(dtls).leg.rtp.tx_encrypted, 9u);
  EXPECT_TRUE(stats(dtls).leg.sends_encrypted());
  EXPECT_EQ(stats(dtls).leg.receive_suite, Suite::aead_aes_128_gcm);
}

TEST_F(RoomTest, CutsNobodyToTheBandOfAnother) {
  RoomPhone& wide = join(Codec::g722, std::nullopt, 5'000);
  RoomPhone& narrow = join(Codec::pcma, std::nullopt);
  RoomPhone& full = join(Codec::opus, std::nullopt);
  talk(100);
  EXPECT_NEAR(full.hears(5'000), 0, 3);
  EXPECT_LT(narrow.hears(3'000), kSilent) << "no alias of what is above its band";
  EXPECT_TRUE(stats(wide).speaks);
}

TEST_F(RoomTest, DoesNotLetAMutedMemberBeHeard) {
  RoomPhone& a = join(Codec::pcma, Suite::aes_cm_128_hmac_sha1_80, 500);
  RoomPhone& b = join(Codec::pcma, std::nullopt, 800);
  room_.seat(a.id, Seat::listens);
  talk(60);
  EXPECT_LT(b.hears(500), kSilent);
  EXPECT_NEAR(a.hears(800), 0, 1);
  EXPECT_EQ(stats(a).seat, Seat::listens);
  EXPECT_FALSE(stats(a).speaks);
  EXPECT_TRUE(stats(b).speaks);
  room_.seat(a.id, Seat::talks);
  talk(60);
  EXPECT_NEAR(b.hears(500), 0, 1);
}

TEST_F(RoomTest, LetsWhoWaitsNeitherHearNorBeHeardButDial) {
  RoomPhone& waiting = join(Codec::pcma, Suite::aes_cm_128_hmac_sha1_80, 500);
  RoomPhone& b = join(Codec::pcma, std::nullopt, 800);
  room_.seat(waiting.id, Seat::waits);
  talk(20);
  waiting.dial('4');
  talk(60);
  EXPECT_LT(waiting.hears(800), kSilent);
  EXPECT_LT(b.hears(500), kSilent);
  EXPECT_EQ(waiting.packets, 80u);
  EXPECT_EQ(digits_, "14");
}

TEST_F(RoomTest, ShowsHowLoudEachMemberIs) {
  RoomPhone& loud = join(Codec::pcma, std::nullopt, 500);
  RoomPhone& quiet = join(Codec::pcma, std::nullopt);
  talk(60);
  // A sine of that amplitude, RMS against full scale.
  EXPECT_NEAR(stats(loud).level_dbov, 20 * std::log10(test::kAmplitude / std::numbers::sqrt2 / 32'768), 1);
  EXPECT_LT(stats(quiet).level_dbov, -60);
  EXPECT_FALSE(stats(quiet).speaks);
}

TEST_F(RoomTest, GoesOnOverARekeyInMidConference) {
  RoomPhone& a = join(Codec::pcma, Suite::aes_cm_128_hmac_sha1_80, 500);
  RoomPhone& b = join(Codec::pcma, Suite::aes_cm_128_hmac_sha1_80, 800);
  talk(60);
  a.use_keys(Suite::aead_aes_128_gcm, 77);
  describe(a);
  talk(60);
  EXPECT_NEAR(b.hears(500), 0, 1);
  EXPECT_NEAR(a.hears(800), 0, 1);
  EXPECT_EQ(a.packets, 120u);
  EXPECT_EQ(stats(a).leg.rtp.rx_auth_failed, 0u);
  EXPECT_EQ(stats(a).leg.receive_suite, Suite::aead_aes_128_gcm);
}

TEST_F(RoomTest, CountsAWrongKeyAndLetsNobodyHearIt) {
  RoomPhone& stranger = join(Codec::pcma, Suite::aes_cm_128_hmac_sha1_32, 500);
  RoomPhone& b = join(Codec::pcma, Suite::aes_cm_128_hmac_sha1_80);
  stranger.use_keys(Suite::aes_cm_128_hmac_sha1_32, 99);
  for (int i = 0; i < 50; ++i, now_ += kFrame) {
    stranger.say(loop_, port(stranger), now_);
    room_.mix(now_);
    for (CarriedLoop::Sent& sent : loop_.take_sent()) {
      if (sent.to == b.here) b.get(std::move(sent.packet), now_);
    }
    b.listen(now_);
  }
  const auto is_silent = [](std::int16_t sample) { return std::abs(sample) < 16; };
  EXPECT_TRUE(std::ranges::all_of(b.heard, is_silent));
  const FlowStats rtp = stats(stranger).leg.rtp;
  EXPECT_EQ(rtp.rx_auth_failed + rtp.rx_clear_refused, 50u);
  EXPECT_EQ(rtp.rx_authenticated, 0u);
}

TEST_F(RoomTest, RefusesClearVoiceOnAnEncryptedLeg) {
  RoomPhone& a = join(Codec::pcma, Suite::aes_cm_128_hmac_sha1_80);
  loop_.deliver(port(a), test::rtp_packet(7, 1, 160, 8), a.here, now_);
  EXPECT_EQ(stats(a).leg.rtp.rx_clear_refused, 1u);
  EXPECT_FALSE(stats(a).leg.receives_encrypted());
}

TEST_F(RoomTest, SeesDigitsOfEventsAndOfTones) {
  RoomPhone& events = join(Codec::g722, Suite::aes_256_cm_hmac_sha1_80);
  RoomPhone& tones = join(Codec::g722, Suite::aes_256_cm_hmac_sha1_80);
  tones.has_events = false;
  describe(tones);
  talk(10);
  events.dial('7');
  talk(20);
  EXPECT_EQ(digits_, "17");
  Audio dialled(samples_in(tones.rate, 200));
  ToneGenerator(dtmf_tone('#').value(), tones.rate).fill(dialled);
  dialled.resize(samples_in(tones.rate, 10'000));
  tones.hum(dialled);
  talk(40);
  EXPECT_EQ(digits_, "172#");
}

TEST_F(RoomTest, PlaysAnnouncementsToAllInEveryBand) {
  RoomPhone& narrow = join(Codec::pcma, std::nullopt);
  RoomPhone& full = join(Codec::opus, std::nullopt);
  talk(20);
  room_.announce(Announcement::clear);
  talk(25);
  EXPECT_GT(narrow.hears(330), -20);
  EXPECT_GT(full.hears(415), -20);
  talk(60);
  EXPECT_LT(narrow.hears(330), kSilent);
}

TEST_F(RoomTest, KeepsAMemberOnHoldSilentAndCountsIt) {
  RoomPhone& held = join(Codec::pcma, std::nullopt, 500);
  RoomPhone& b = join(Codec::pcma, std::nullopt, 800);
  LegMedia media = held.media();
  media.direction = Direction::inactive;
  room_.configure(held.id, std::move(media), std::make_unique<MemberVoice>(held.audio()));
  talk(50);
  EXPECT_LT(b.hears(500), kSilent);
  EXPECT_EQ(held.packets, 0u);
  EXPECT_EQ(stats(held).leg.rtp.rx_not_forwarded, 50u);
}

TEST_F(RoomTest, EncodesOnceForAHundredWhoHearTheSame) {
  RoomPhone& speaker = join(Codec::pcma, Suite::aead_aes_256_gcm, 500);
  for (int i = 0; i < 99; ++i) join(Codec::opus, i % 2 == 0 ? std::optional(Suite::aead_aes_128_gcm) : std::nullopt);
  talk(60);
  // Opus remembers: two encoders with different pasts would not make the same of this frame.
  const Bytes& payload = phones_[1]->last_payload;
  ASSERT_GT(payload.size(), 10u);
  for (std::size_t i = 1; i < phones_.size(); ++i) EXPECT_EQ(phones_[i]->last_payload, payload) << i;
  EXPECT_NEAR(phones_.back()->hears(500), 0, 2);
  EXPECT_EQ(speaker.packets, 60u);
  for (const auto& phone : phones_) room_.take_out(phone->id)->end([] {});
  EXPECT_EQ(room_.size(), 0u);
  EXPECT_TRUE(loop_.ports.empty());
}

TEST_F(RoomTest, ReportsToEachMemberAndReadsWhatItReports) {
  RoomPhone& a = join(Codec::pcma, Suite::aead_aes_256_gcm, 500);
  RoomPhone& b = join(Codec::g722, Suite::aes_cm_128_hmac_sha1_80);
  talk(1'000);
  for (RoomPhone* phone : {&a, &b}) {
    // Every 5 s on average, between 2 and 6.2 s apart, the first after 1 to 3.1 s.
    EXPECT_GE(phone->reports.size(), 3u);
    EXPECT_LE(phone->reports.size(), 10u);
    EXPECT_EQ(stats(*phone).leg.rtcp.tx_encrypted, phone->reports.size());
    EXPECT_EQ(stats(*phone).leg.rtcp.tx_clear, 0u);
    const std::uint32_t own = static_cast<std::uint32_t>(phone->id);
    const auto report = read_report(phone->reports.back(), own);
    ASSERT_TRUE(report && report->sender_ssrc && report->about_us);
    EXPECT_EQ(report->about_us->lost, 0);
    EXPECT_EQ(report->about_us->loss_256, 0);
    EXPECT_FALSE(stats(*phone).quality.is_reported);
    EXPECT_GT(stats(*phone).quality.received, 990u);

    // The phone answers: it misses a quarter, and heard our last report 40 ms before.
    ReportBlock block;
    block.ssrc = *report->sender_ssrc;
    block.loss_256 = 64;
    block.lost = 250;
    block.jitter = 80;
    block.last_report = report->ntp_middle;
    block.delay_since = 65'536 / 25;
    base::Bytes answer(200);
    answer.resize(write_report(answer, own, std::nullopt, block, "phone"));
    phone->send_report(loop_, *rtcp_ports_[phone->id - 1], answer, now_);
  }
  talk(1);
  const VoiceQuality quality = stats(a).quality;
  EXPECT_TRUE(quality.is_reported);
  EXPECT_EQ(quality.sent_loss_256, 64);
  EXPECT_EQ(quality.sent_lost, 250);
  EXPECT_EQ(quality.sent_jitter_us, 10'000u);
}

TEST(FrameClock, CatchesUpWithFramesAndLeavesOutALongPause) {
  using base::Millis;
  const base::SteadyTime start{Millis{1'000}};
  FrameClock clock;
  EXPECT_FALSE(clock.due(start));
  clock.start(start);
  EXPECT_FALSE(clock.due(start + Millis{19}));
  EXPECT_EQ(clock.due(start + Millis{45}), start + Millis{20});
  EXPECT_EQ(clock.due(start + Millis{45}), start + Millis{40});
  EXPECT_FALSE(clock.due(start + Millis{45}));
  EXPECT_EQ(clock.due(start + Millis{900}), start + Millis{900});
  EXPECT_EQ(clock.next(), start + Millis{920});
}

}  // namespace
}  // namespace cadenas::media
