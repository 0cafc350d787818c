// A session of an RTP leg and a time slot without a network: the test carries packets and frames, and makes the time.
// Voice goes phone -> RTP -> slot and slot -> RTP -> phone, and is measured at the other end.
#include "media/tdm/slot_session.hpp"

#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "../carried_loop.hpp"
#include "../packets.hpp"
#include "media/audio/audio_receiver.hpp"
#include "media/audio/audio_sender.hpp"
#include "media/audio/dtmf_detector.hpp"
#include "media/audio/tone_table.hpp"
#include "media/dtls_context.hpp"
#include "media/leg_work.hpp"
#include "media/srtp_receiver.hpp"
#include "media/srtp_sender.hpp"
#include "media/tdm/slot_channel.hpp"
#include "stepped_bus.hpp"

namespace cadenas::media::tdm {
namespace {

using base::Bytes;
using base::Endpoint;
using test::Audio;
using test::CarriedLoop;
using test::params;

constexpr SampleRate kBusRate = SampleRate::narrow;
constexpr std::uint8_t kEvents = 101;
constexpr Suite kSuite = Suite::aes_256_cm_hmac_sha1_80;

PayloadFormat voice(Codec codec) {
  return {codec, facts(codec).static_type.value_or(111)};
}
Endpoint loopback(std::uint16_t port = 0) {
  return Endpoint::parse("127.0.0.1", port).value();
}

/// A phone with one codec that encrypts, and the port on the other side of the bus.
class Call {
 public:
  explicit Call(Codec codec, G711Law law = G711Law::a, bool events = true, std::uint8_t phone_key = 1)
      : law_(law),
        seal_(params(kSuite, phone_key)),
        channel_(std::make_shared<SlotChannel>(law)),
        session_(counters_, LegSockets::bind(loopback(), pool_).value(), TimeSlot(channel_), loop_, dtls_),
        sender_(settings(codec), kBusRate),
        receiver_(std::vector{voice(codec), PayloadFormat{Codec::telephone_event, kEvents}}, kBusRate, 1) {
    session_.begin();
    audio_ = {{{voice(codec)}, voice(codec)}, std::nullopt};
    if (events) {
      audio_.voice.receives.push_back({Codec::telephone_event, kEvents});
      audio_.sends_events = kEvents;
    }
    describe();
  }
  ~Call() {
    session_.end([] {});
    EXPECT_TRUE(loop_.ports.empty());
  }

  void describe(Direction direction = Direction::send_receive) {
    LegMedia leg;
    leg.remote_rtp = phone_;
    leg.srtp_only = true;
    leg.receive = params(kSuite, 1);
    leg.send = params(kSuite, 2);
    leg.direction = direction;
    session_.configure(std::move(leg), std::make_unique<SlotVoice>(audio_));
  }

  /// 20 ms: the phone says the one, the port the other.
  void frame(Samples by_phone, Samples by_port) {
    sender_.put_voice(by_phone);
    Bytes buffer(2'048);
    while (std::size_t octets = sender_.next(buffer)) {
      EXPECT_EQ(seal_.protect(buffer, octets), SrtpStatus::ok);
      Bytes packet(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(octets));
      loop_.deliver(*loop_.ports.front(), std::move(packet), phone_, now_);
    }
    SlotFrame octets;
    for (std::size_t i = 0; i < octets.size(); ++i) octets[i] = g711_encode(law_, by_port[i]);
    channel_->heard.put(octets);
    session_.frame(now_);
    if (channel_->said.take(octets)) {
      for (const std::uint8_t octet : octets) port_heard.push_back(g711_decode(law_, octet));
    } else {
      port_heard.insert(port_heard.end(), kFrameOctets, 0);
    }
    for (CarriedLoop::Sent& sent : loop_.take_sent()) get(std::move(sent.packet));
    phone_heard.resize(phone_heard.size() + kFrameOctets);
    receiver_.frame(now_, SampleBuffer(phone_heard).last(kFrameOctets));
    now_ += base::Millis{kFrameMs};
  }
  void run(const Audio& by_phone, const Audio& by_port) {
    for (std::size_t i = 0; i + kFrameOctets <= by_phone.size(); i += kFrameOctets) {
      frame(Samples(by_phone).subspan(i, kFrameOctets), Samples(by_port).subspan(i, kFrameOctets));
    }
  }
  void dial_on_phone(char digit) { EXPECT_TRUE(sender_.begin_event(*event_of_digit(digit), 100)); }
  SlotSession& session() { return session_; }
  SideStats leg() const { return counters_->read(); }
  SlotStats slot() const { return channel_->stats(); }
  SlotChannel& channel() { return *channel_; }

  Audio port_heard;
  Audio phone_heard;
  std::string phone_digits;
  std::size_t packets = 0;

 private:
  static AudioSender::Settings settings(Codec codec) {
    AudioSender::Settings settings;
    settings.voice = voice(codec);
    settings.event_type = kEvents;
    settings.ssrc = 7;
    return settings;
  }
  void get(Bytes packet) {
    const Receipt receipt = open_.open(packet, Opening::decrypt);
    ASSERT_EQ(receipt.status, SrtpStatus::ok);
    packet.resize(receipt.octets);
    const std::optional<RtpPacket> rtp = parse_rtp(packet);
    ASSERT_TRUE(rtp);
    ++packets;
    const auto notice = receiver_.put(*rtp, now_);
    if (notice && notice->begins) phone_digits += *digit_of_event(notice->event.code);
  }

  const Endpoint phone_ = loopback(30'002);
  G711Law law_;
  SrtpSender seal_;
  PortPool pool_{43'000, 43'999};
  CarriedLoop loop_;
  DtlsContext dtls_context_{base::WallTime{}};
  LegWork dtls_{dtls_context_};
  std::shared_ptr<SideCounters> counters_ = std::make_shared<SideCounters>();
  std::shared_ptr<SlotChannel> channel_;
  SlotSession session_;
  SlotAudio audio_;
  AudioSender sender_;
  AudioReceiver receiver_;
  SrtpReceiver open_{params(kSuite, 2)};
  base::SteadyTime now_{base::Millis{5'000}};
};

Audio silence(double seconds) {
  return test::sine(kBusRate, 0, seconds, 0);
}
Audio digits(const std::string& dialled) {
  Audio all;
  for (const char digit : dialled) {
    ToneGenerator tone(*dtmf_tone(digit), kBusRate);
    Audio sound(samples_in(kBusRate, 200));
    tone.fill(sound);
    all.insert(all.end(), sound.begin(), sound.end());
  }
  return all;
}
std::string digits_in(const Audio& audio) {
  DtmfDetector detector;
  std::string heard;
  for (std::size_t i = 0; i + kFrameOctets <= audio.size(); i += kFrameOctets) {
    heard += detector.hear(Samples(audio).subspan(i, kFrameOctets)).text();
  }
  return heard;
}

/// Voice that comes out as it went in: delay, level, likeness, no clicks.
void expect_clear(const Audio& heard, const Audio& said, double seconds, double most_delay, double least_snr) {
  const double behind = test::delay_of(heard, kBusRate, 3'400, 0.3);
  EXPECT_LE(behind, most_delay);
  const Audio wanted = test::speech(kBusRate, seconds, 3'400, behind);
  EXPECT_NEAR(test::level(Samples(heard).subspan(4'000)), test::level(Samples(wanted).subspan(4'000)), 1.5);
  EXPECT_GT(test::segmental_snr(wanted, heard, kBusRate, 0.4), least_snr);
  EXPECT_LT(test::sharpest_corner(heard), test::sharpest_corner(said) * 1.5 + 400) << "clicks";
}

class SlotVoiceQuality : public testing::TestWithParam<std::tuple<Codec, G711Law>> {};

TEST_P(SlotVoiceQuality, CarriesVoiceBothWaysWithBoundedDelayAndWithoutClicks) {
  const auto [codec, law] = GetParam();
  constexpr double kSeconds = 3;
  const Audio said = test::speech(kBusRate, kSeconds);
  const double least_snr = codec == Codec::opus ? 6 : 14;
  Call call(codec, law);
  call.run(said, said);
  {
    SCOPED_TRACE("phone to port");
    expect_clear(call.port_heard, said, kSeconds, 0.1, least_snr);
  }
  {
    SCOPED_TRACE("port to phone");
    expect_clear(call.phone_heard, said, kSeconds, 0.1, least_snr);
  }
  EXPECT_TRUE(call.leg().receives_encrypted());
  EXPECT_TRUE(call.leg().sends_encrypted());
  EXPECT_EQ(call.packets, 150u);
  EXPECT_EQ(call.slot(), (SlotStats{150, 150, 0, 0}));
}

TEST_P(SlotVoiceQuality, CarriesATonesLevelOverTheBandBothWays) {
  const auto [codec, law] = GetParam();
  for (const double hz : {300.0, 1'000.0, 3'000.0}) {
    Call call(codec, law);
    const Audio tone = test::sine(kBusRate, hz, 1, 6'000);
    call.run(tone, tone);
    const double most = codec == Codec::opus ? 3 : 1;
    const auto off = [&](const Audio& heard) {
      return 20 * std::log10(test::amplitude_at(Samples(heard).last(4'000), kBusRate, hz) / 6'000);
    };
    EXPECT_NEAR(off(call.port_heard), 0, most) << hz;
    EXPECT_NEAR(off(call.phone_heard), 0, most) << hz;
  }
}

INSTANTIATE_TEST_SUITE_P(Every, SlotVoiceQuality,
                         testing::Combine(testing::Values(Codec::pcma, Codec::pcmu, Codec::g722, Codec::opus),
                                          testing::Values(G711Law::a, G711Law::mu)),
                         [](const auto& each) {
                           return std::string(facts(std::get<0>(each.param)).rtpmap_name) + "On" +
                                  (std::get<1>(each.param) == G711Law::a ? "ALaw" : "MuLaw");
                         });

TEST(SlotSession, TurnsATelephoneEventIntoATone) {
  Call call(Codec::pcma);
  call.run(test::speech(kBusRate, 0.2), silence(0.2));
  for (const char digit : std::string("5#")) {
    call.dial_on_phone(digit);
    call.run(silence(0.4), silence(0.4));
  }
  EXPECT_EQ(digits_in(call.port_heard), "5#");
}

TEST(SlotSession, TurnsATonesOfThePortIntoTelephoneEventsThatAreNotHeardTwice) {
  Call call(Codec::pcmu);
  Audio dialled = silence(0.1);
  const Audio tones = digits("19*");
  dialled.insert(dialled.end(), tones.begin(), tones.end());
  call.run(silence(2), [&] {
    dialled.resize(2 * hertz(kBusRate), 0);
    return dialled;
  }());
  EXPECT_EQ(call.phone_digits, "19*");
  EXPECT_EQ(digits_in(call.phone_heard), "");
}

TEST(SlotSession, LeavesTonesInTheVoiceForAPeerThatTakesNoEvents) {
  Call call(Codec::pcma, G711Law::a, false);
  Audio dialled = digits("73");
  dialled.resize(hertz(kBusRate), 0);
  call.run(silence(1), dialled);
  EXPECT_EQ(call.phone_digits, "");
  EXPECT_EQ(digits_in(call.phone_heard), "73");
}

TEST(SlotSession, DialsWhatThePortToldBesideItsVoice) {
  Call events(Codec::pcma);
  for (const char digit : std::string("42x")) events.session().dial(digit);
  events.run(silence(1), silence(1));
  EXPECT_EQ(events.phone_digits, "42");
  Call tones(Codec::pcma, G711Law::a, false);
  for (const char digit : std::string("42x")) tones.session().dial(digit);
  tones.run(silence(1), silence(1));
  EXPECT_EQ(digits_in(tones.phone_heard), "42");
}

TEST(SlotSession, NeverLetsThePortHearWhatDoesNotAuthenticate) {
  // ENC-2.
  Call call(Codec::pcma, G711Law::a, true, 9);
  call.run(test::speech(kBusRate, 1), silence(1));
  EXPECT_LT(test::level(call.port_heard), -60);
  EXPECT_EQ(call.leg().rtp.rx_auth_failed, 50u);
}

TEST(SlotSession, OnHoldHearsNothingFromThePeerAndGoesOnAfterwards) {
  Call call(Codec::pcma);
  const Audio tone = test::sine(kBusRate, 800, 1, 6'000);
  call.run(tone, tone);
  call.describe(Direction::inactive);
  const std::size_t before = call.packets;
  call.run(tone, tone);
  EXPECT_EQ(call.packets, before);
  EXPECT_LT(test::amplitude_at(Samples(call.port_heard).last(4'000), kBusRate, 800), 50);
  call.describe();
  call.run(tone, tone);
  EXPECT_NEAR(test::amplitude_at(Samples(call.port_heard).last(4'000), kBusRate, 800), 6'000, 400);
  EXPECT_NEAR(test::amplitude_at(Samples(call.phone_heard).last(4'000), kBusRate, 800), 6'000, 400);
}

TEST(SlotSession, GivesTheSlotBackWhenItGoes) {
  std::shared_ptr<SlotChannel> channel = std::make_shared<SlotChannel>(G711Law::a);
  {
    CarriedLoop loop;
    PortPool pool(43'000, 43'999);
    DtlsContext context{base::WallTime{}};
    LegWork dtls(context);
    SlotSession session(std::make_shared<SideCounters>(), LegSockets::bind(loopback(), pool).value(), TimeSlot(channel),
                        loop, dtls);
    session.begin();
    session.end([] {});
    EXPECT_FALSE(channel->is_let_go());
  }
  EXPECT_TRUE(channel->is_let_go());
}

}  // namespace
}  // namespace cadenas::media::tdm
