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
#include "media/audio/tone_table.hpp"
#include "media/frame_clock.hpp"
#include "media/srtp_receiver.hpp"
#include "media/srtp_sender.hpp"
#include "packets.hpp"

namespace cadenas::media {
namespace {

using base::Bytes;
using base::Endpoint;
using test::Audio;
using test::CarriedLoop;
using test::params;

constexpr std::uint8_t kEvents = 101;
constexpr double kAmplitude = 6'000;
constexpr base::Millis kFrame{kFrameMs};

Endpoint loopback(std::uint16_t port = 0) {
  return Endpoint::parse("127.0.0.1", port).value();
}

PayloadFormat voice(Codec codec) {
  return {codec, facts(codec).static_type.value_or(111)};
}

/// Amplitude of one frequency in the audio (Goertzel).
double amplitude_at(Samples audio, SampleRate rate, double hz) {
  const double turn = 2 * std::numbers::pi * hz / hertz(rate);
  double real = 0, imaginary = 0;
  for (std::size_t i = 0; i < audio.size(); ++i) {
    real += audio[i] * std::cos(turn * static_cast<double>(i));
    imaginary += audio[i] * std::sin(turn * static_cast<double>(i));
  }
  return 2 * std::hypot(real, imaginary) / static_cast<double>(audio.size());
}
double decibels(double amplitude) {
  return 20 * std::log10(std::max(amplitude, 1.0) / kAmplitude);
}

/// What a phone is: its codec, its keys, the tone it hums, and all that it heard.
class Phone {
 public:
  Phone(MemberId number, Codec codec, std::optional<Suite> suite, double hum_hz = 0)
      : id(number),
        rate(facts(codec).rate),
        here(loopback(static_cast<std::uint16_t>(30'000 + 2 * number))),
        codec_(codec),
        hum_(test::sine(rate, hum_hz, 10, hum_hz > 0 ? kAmplitude : 0)),
        sender_(settings(), rate),
        receiver_(std::vector{voice(codec)}, rate, 1) {
    if (suite) use_keys(*suite, static_cast<std::uint8_t>(10 * number));
  }

  /// From now on it speaks and hears under these keys.
  void use_keys(Suite suite, std::uint8_t seed) {
    suite_ = suite;
    seed_ = seed;
    seal_ = std::make_unique<SrtpSender>(params(suite, seed));
    open_ = std::make_unique<SrtpReceiver>(params(suite, static_cast<std::uint8_t>(seed + 1)));
  }
  LegMedia media() const {
    LegMedia leg;
    leg.remote_rtp = here;
    leg.srtp_only = suite_.has_value();
    if (suite_) {
      leg.receive = params(*suite_, seed_);
      leg.send = params(*suite_, static_cast<std::uint8_t>(seed_ + 1));
    }
    return leg;
  }
  MemberAudio audio() const {
    MemberAudio audio{{voice(codec_)}, voice(codec_)};
    if (has_events) audio.receives.push_back({Codec::telephone_event, kEvents});
    return audio;
  }

  void say(CarriedLoop& loop, Port& port, base::SteadyTime now) {
    const std::size_t samples = samples_in(rate, kFrameMs);
    sender_.put_voice(Samples(hum_).subspan(said_ * samples % hum_.size(), samples));
    ++said_;
    Bytes buffer(2'048);
    while (std::size_t octets = sender_.next(buffer)) {
      const SrtpStatus sealed = seal_ ? seal_->protect(buffer, octets) : SrtpStatus::ok;
      EXPECT_EQ(sealed, SrtpStatus::ok);
      loop.deliver(port, Bytes(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(octets)), here, now);
    }
  }
  void get(Bytes packet, base::SteadyTime now) {
    if (open_) {
      const Receipt receipt = open_->open(packet, Opening::decrypt);
      ASSERT_EQ(receipt.status, SrtpStatus::ok);
      packet.resize(receipt.octets);
    }
    const std::optional<RtpPacket> rtp = parse_rtp(packet);
    ASSERT_TRUE(rtp);
    receiver_.put(*rtp, now);
    last_payload.assign(rtp->payload.begin(), rtp->payload.end());
    ++packets;
  }
  void listen(base::SteadyTime now) {
    const std::size_t before = heard.size();
    heard.resize(before + samples_in(rate, kFrameMs));
    receiver_.frame(now, SampleBuffer(heard).subspan(before));
  }
  /// How loud a frequency was in the last half second, dB against a hum as it was hummed.
  double hears(double hz) const { return decibels(amplitude_at(Samples(heard).last(samples_in(rate, 500)), rate, hz)); }
  void dial(char digit) { EXPECT_TRUE(sender_.begin_event(event_of_digit(digit).value(), 100)); }
  void hum(Audio audio) {
    hum_ = std::move(audio);
    said_ = 0;
  }

  const MemberId id;
  const SampleRate rate;
  const Endpoint here;
  bool has_events = true;
  Audio heard;
  Bytes last_payload;
  std::size_t packets = 0;

 private:
  AudioSender::Settings settings() const {
    AudioSender::Settings settings;
    settings.voice = voice(codec_);
    settings.event_type = kEvents;
    settings.ssrc = static_cast<std::uint32_t>(id);
    return settings;
  }

  Codec codec_;
  Audio hum_;
  std::size_t said_ = 0;
  AudioSender sender_;
  AudioReceiver receiver_;
  std::optional<Suite> suite_;
  std::uint8_t seed_ = 0;
  std::unique_ptr<SrtpSender> seal_;
  std::unique_ptr<SrtpReceiver> open_;
};

class RoomTest : public testing::Test {
 protected:
  ~RoomTest() override {
    while (const std::unique_ptr<RoomMember> member = room_.take_out_any()) member->end([] {});
    EXPECT_TRUE(loop_.ports.empty());
  }

  Phone& join(Codec codec, std::optional<Suite> suite, double hum_hz = 0) {
    const MemberId id = phones_.size() + 1;
    phones_.push_back(std::make_unique<Phone>(id, codec, suite, hum_hz));
    counters_.push_back(std::make_shared<MemberCounters>());
    room_.join(id, counters_.back(), LegSockets::bind(loopback(), pool_).value(), loop_);
    ports_.push_back(loop_.ports[loop_.ports.size() - 2]);
    describe(*phones_.back());
    return *phones_.back();
  }
  void describe(const Phone& phone) {
    room_.configure(phone.id, phone.media(), std::make_unique<MemberVoice>(phone.audio()));
  }
  Port& port(const Phone& phone) { return *ports_[phone.id - 1]; }
  MemberStats stats(const Phone& phone) const { return counters_[phone.id - 1]->read(); }

  void talk(int frames) {
    for (int i = 0; i < frames; ++i, now_ += kFrame) {
      for (const auto& phone : phones_) phone->say(loop_, port(*phone), now_);
      room_.mix(now_);
      for (CarriedLoop::Sent& sent : loop_.take_sent()) {
        const auto to = std::ranges::find_if(phones_, [&](const auto& phone) { return phone->here == sent.to; });
        ASSERT_NE(to, phones_.end());
        (*to)->get(std::move(sent.packet), now_);
      }
      for (const auto& phone : phones_) phone->listen(now_);
    }
  }

  PortPool pool_{42'000, 42'999};
  CarriedLoop loop_;
  std::string digits_;
  Room room_{[this](MemberId member, char digit) { digits_ += std::to_string(member) + digit; }};
  base::SteadyTime now_{base::Millis{5'000}};
  std::vector<std::unique_ptr<Phone>> phones_;
  std::vector<std::shared_ptr<MemberCounters>> counters_;
  std::vector<Port*> ports_;
};

constexpr double kSilent = -35;

TEST_F(RoomTest, LetsThreeOfDifferentCodecsAndSuitesHearTheOthersAndNotThemselves) {
  Phone& narrow = join(Codec::pcmu, Suite::aes_cm_128_hmac_sha1_80, 500);
  Phone& wide = join(Codec::g722, Suite::aes_256_cm_hmac_sha1_32, 800);
  Phone& full = join(Codec::opus, Suite::aead_aes_256_gcm, 1'200);
  talk(100);
  for (Phone* phone : {&narrow, &wide, &full}) {
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

TEST_F(RoomTest, CutsNobodyToTheBandOfAnother) {
  Phone& wide = join(Codec::g722, std::nullopt, 5'000);
  Phone& narrow = join(Codec::pcma, std::nullopt);
  Phone& full = join(Codec::opus, std::nullopt);
  talk(100);
  EXPECT_NEAR(full.hears(5'000), 0, 3);
  EXPECT_LT(narrow.hears(3'000), kSilent) << "no alias of what is above its band";
  EXPECT_TRUE(stats(wide).speaks);
}

TEST_F(RoomTest, DoesNotLetAMutedMemberBeHeard) {
  Phone& a = join(Codec::pcma, Suite::aes_cm_128_hmac_sha1_80, 500);
  Phone& b = join(Codec::pcma, std::nullopt, 800);
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
  Phone& waiting = join(Codec::pcma, Suite::aes_cm_128_hmac_sha1_80, 500);
  Phone& b = join(Codec::pcma, std::nullopt, 800);
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
  Phone& loud = join(Codec::pcma, std::nullopt, 500);
  Phone& quiet = join(Codec::pcma, std::nullopt);
  talk(60);
  // A sine of that amplitude, RMS against full scale.
  EXPECT_NEAR(stats(loud).level_dbov, 20 * std::log10(kAmplitude / std::numbers::sqrt2 / 32'768), 1);
  EXPECT_LT(stats(quiet).level_dbov, -60);
  EXPECT_FALSE(stats(quiet).speaks);
}

TEST_F(RoomTest, GoesOnOverARekeyInMidConference) {
  Phone& a = join(Codec::pcma, Suite::aes_cm_128_hmac_sha1_80, 500);
  Phone& b = join(Codec::pcma, Suite::aes_cm_128_hmac_sha1_80, 800);
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
  Phone& stranger = join(Codec::pcma, Suite::aes_cm_128_hmac_sha1_32, 500);
  Phone& b = join(Codec::pcma, Suite::aes_cm_128_hmac_sha1_80);
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
  Phone& a = join(Codec::pcma, Suite::aes_cm_128_hmac_sha1_80);
  loop_.deliver(port(a), test::rtp_packet(7, 1, 160, 8), a.here, now_);
  EXPECT_EQ(stats(a).leg.rtp.rx_clear_refused, 1u);
  EXPECT_FALSE(stats(a).leg.receives_encrypted());
}

TEST_F(RoomTest, SeesDigitsOfEventsAndOfTones) {
  Phone& events = join(Codec::g722, Suite::aes_256_cm_hmac_sha1_80);
  Phone& tones = join(Codec::g722, Suite::aes_256_cm_hmac_sha1_80);
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
  Phone& narrow = join(Codec::pcma, std::nullopt);
  Phone& full = join(Codec::opus, std::nullopt);
  talk(20);
  room_.announce(Announcement::clear);
  talk(25);
  EXPECT_GT(narrow.hears(330), -20);
  EXPECT_GT(full.hears(415), -20);
  talk(60);
  EXPECT_LT(narrow.hears(330), kSilent);
}

TEST_F(RoomTest, KeepsAMemberOnHoldSilentAndCountsIt) {
  Phone& held = join(Codec::pcma, std::nullopt, 500);
  Phone& b = join(Codec::pcma, std::nullopt, 800);
  LegMedia media = held.media();
  media.direction = Direction::inactive;
  room_.configure(held.id, std::move(media), std::make_unique<MemberVoice>(held.audio()));
  talk(50);
  EXPECT_LT(b.hears(500), kSilent);
  EXPECT_EQ(held.packets, 0u);
  EXPECT_EQ(stats(held).leg.rtp.rx_not_forwarded, 50u);
}

TEST_F(RoomTest, EncodesOnceForAHundredWhoHearTheSame) {
  Phone& speaker = join(Codec::pcma, Suite::aead_aes_256_gcm, 500);
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
