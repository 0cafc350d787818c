#include <array>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "../packets.hpp"
#include "media/audio/audio_receiver.hpp"
#include "media/audio/audio_sender.hpp"
#include "media/audio/level.hpp"
#include "media/session.hpp"
#include "signals.hpp"

namespace cadenas::media {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using test::Audio;

constexpr std::uint8_t kEvents = 101;
constexpr std::uint8_t kNoise = 13;
const base::SteadyTime kStart{milliseconds{5'000}};

PayloadFormat voice(Codec codec) {
  return {codec, facts(codec).static_type.value_or(111)};
}

AudioSender::Settings settings(Codec codec) {
  AudioSender::Settings settings;
  settings.voice = voice(codec);
  settings.noise_type = kNoise;
  settings.event_type = kEvents;
  settings.ssrc = 7;
  settings.first_sequence = 65'530;
  settings.first_timestamp = 0xffff'fff0;
  return settings;
}

/// One way from a sender to a receiver over a network that the test makes.
class Way {
 public:
  static constexpr SampleRate kRate = SampleRate::wide;

  explicit Way(const AudioSender::Settings& s) : sender(s, kRate) {
    const std::array formats{s.voice, PayloadFormat{Codec::telephone_event, kEvents}};
    receiver = std::make_unique<AudioReceiver>(formats, kRate, 1);
  }
  /// The packets for a frame go through `carry`, which may drop or change them: octets that arrive, 0 for none.
  template <class Carry>
  void send(Samples frame, Carry carry) {
    sender.put_voice(frame);
    deliver(carry);
  }
  template <class Carry>
  void deliver(Carry carry) {
    while (std::size_t octets = sender.next(packet)) {
      octets = carry(std::span(packet), octets);
      const std::optional<RtpPacket> rtp = parse_rtp(base::ByteView(packet).first(octets));
      if (!rtp) continue;
      if (const auto notice = receiver->put(*rtp, now)) notices.push_back(*notice);
    }
  }
  AudioReceiver::Heard hear(base::SteadyTime at) {
    heard.resize(heard.size() + samples_in(kRate, kFrameMs));
    return receiver->frame(at, SampleBuffer(heard).last(samples_in(kRate, kFrameMs)));
  }
  /// All of `said` in steps of 20 ms.
  template <class Carry>
  void run(const Audio& said, Carry carry) {
    const std::size_t frame = samples_in(kRate, kFrameMs);
    for (std::size_t i = 0; i + frame <= said.size(); i += frame, now += milliseconds{20}) {
      send(Samples(said).subspan(i, frame), carry);
      hear(now + milliseconds{3});
    }
  }

  AudioSender sender;
  std::unique_ptr<AudioReceiver> receiver;
  std::array<std::uint8_t, 1500> packet{};
  std::vector<EventReceiver::Notice> notices;
  Audio heard;
  base::SteadyTime now = kStart;
};

constexpr auto kAsItIs = [](std::span<std::uint8_t>, std::size_t octets) { return octets; };

/// Segmental SNR once what was said and what was heard are in step; checks level and delay too.
double quality(const Audio& heard, double seconds, double most_delay) {
  const double behind = test::delay_of(heard, Way::kRate, 3'400, 0.25);
  EXPECT_LE(behind, most_delay);
  const Audio wanted = test::speech(Way::kRate, seconds, 3'400, behind);
  EXPECT_NEAR(test::level(Samples(heard).subspan(Way::kRate == SampleRate::wide ? 8'000 : 4'000)),
              test::level(Samples(wanted).subspan(8'000)), 1.5);
  return test::segmental_snr(wanted, heard, Way::kRate, 0.3);
}

class AudioStream : public testing::TestWithParam<Codec> {};

TEST_P(AudioStream, CarriesVoiceThroughSrtpOfEverySuite) {
  constexpr double kSeconds = 2;
  const Audio said = test::speech(Way::kRate, kSeconds);
  const double least = GetParam() == Codec::opus ? 8 : 15;
  for (const SuiteFacts& suite : all_suites()) {
    Way way(settings(GetParam()));
    SrtpSender srtp(test::params(suite.suite));
    SrtpReceiver opener(test::params(suite.suite));
    way.run(said, [&](std::span<std::uint8_t> packet, std::size_t octets) {
      const base::Bytes plain(packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(octets));
      EXPECT_EQ(srtp.protect(packet, octets), SrtpStatus::ok);
      EXPECT_FALSE(std::equal(plain.begin() + 12, plain.end(), packet.begin() + 12)) << "encrypted on the way";
      return opener.open(packet.first(octets), Opening::decrypt).octets;
    });
    EXPECT_GT(quality(way.heard, kSeconds, 0.06), least) << suite.sdp_name;
    EXPECT_LT(test::sharpest_corner(way.heard), test::sharpest_corner(said) * 1.3 + 400);
  }
}

TEST_P(AudioStream, IsSilentAndCountedUnderAWrongKey) {
  // ENC-2: what does not authenticate must never be heard.
  const Audio said = test::speech(Way::kRate, 1);
  for (const SuiteFacts& suite : all_suites()) {
    Way way(settings(GetParam()));
    SrtpSender srtp(test::params(suite.suite, 1));
    const auto counters = std::make_shared<SessionCounters>();
    Session session(counters);
    const auto phone = *base::Endpoint::parse("192.0.2.1", 4000);
    LegMedia encrypted;
    encrypted.remote_rtp = phone;
    encrypted.receive = test::params(suite.suite, 2);
    session.configure(Side::a, std::move(encrypted));
    const auto clear = std::make_unique<LegMedia>();
    clear->remote_rtp = phone;
    session.configure(Side::b, std::move(*clear));
    way.run(said, [&](std::span<std::uint8_t> packet, std::size_t octets) {
      EXPECT_EQ(srtp.protect(packet, octets), SrtpStatus::ok);
      const auto out = session.relay(Side::a, Protocol::rtp, packet, octets, phone, way.now);
      return out ? out->octets : 0;
    });
    EXPECT_EQ(test::level(way.heard), kSilenceDbov);
    EXPECT_EQ(way.receiver->stats().received, 0u);
    EXPECT_EQ(counters->side(Side::a).rtp.rx_auth_failed.read(), 50u) << suite.sdp_name;
  }
}

TEST_P(AudioStream, StaysClearWithTwoInAHundredLostJitterAndReordering) {
  constexpr double kSeconds = 6;
  const Audio said = test::speech(Way::kRate, kSeconds);
  AudioSender::Settings s = settings(GetParam());
  Way way(s);
  std::mt19937 random(7);
  struct Flying {
    base::SteadyTime lands;
    base::Bytes octets;
  };
  std::vector<Flying> air;
  const std::size_t frame = samples_in(Way::kRate, kFrameMs);
  for (std::size_t i = 0; i + frame <= said.size(); i += frame, way.now += milliseconds{20}) {
    way.send(Samples(said).subspan(i, frame), [&](std::span<std::uint8_t> packet, std::size_t octets) {
      const auto delay = milliseconds{random() % 30};
      if (random() % 50 != 0) {
        air.push_back(
            {way.now + delay, base::Bytes(packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(octets))});
      }
      return std::size_t{0};
    });
    std::erase_if(air, [&](const Flying& each) {
      if (each.lands > way.now) return false;
      way.receiver->put(*parse_rtp(each.octets), each.lands);
      return true;
    });
    way.hear(way.now);
  }
  // Of the last seconds, when the path is known.
  const std::size_t settled = 3 * hertz(Way::kRate);
  EXPECT_NEAR(test::level(Samples(way.heard).subspan(settled)), test::level(Samples(said).subspan(settled)), 1.5);
  EXPECT_LT(test::sharpest_corner(way.heard), test::sharpest_corner(said) * 1.5 + 400) << "clicks";
  const JitterStats stats = way.receiver->stats();
  EXPECT_LE(stats.late + stats.discarded, stats.received / 20);
}

TEST_P(AudioStream, FollowsAClockThatDriftsWithoutALossOrAClick) {
  constexpr double kSeconds = 20;
  const Audio said = test::speech(Way::kRate, kSeconds);
  for (const int drift_ppm : {-300, 300}) {
    Way way(settings(GetParam()));
    const std::size_t frame = samples_in(Way::kRate, kFrameMs);
    base::SteadyTime listens = kStart + milliseconds{3};
    std::uint64_t concealed = 0;
    for (std::size_t i = 0; i + frame <= said.size(); i += frame) {
      way.send(Samples(said).subspan(i, frame), kAsItIs);
      way.now += microseconds{20'000 + 20 * drift_ppm / 1'000};
      for (; listens < way.now; listens += milliseconds{20}) {
        if (way.hear(listens) == AudioReceiver::Heard::concealed) ++concealed;
      }
    }
    EXPECT_LE(concealed, 1u) << drift_ppm;
    EXPECT_EQ(way.receiver->stats().discarded, 0u);
    EXPECT_LT(test::sharpest_corner(way.heard), test::sharpest_corner(said) * 1.3 + 400) << "clicks";
    EXPECT_NEAR(test::level(way.heard), test::level(said), 1.0);
  }
}

TEST_P(AudioStream, TakesEveryPacketTime) {
  constexpr double kSeconds = 2;
  const Audio said = test::speech(Way::kRate, kSeconds);
  for (const std::size_t ms : {10, 20, 30, 40, 60}) {
    AudioSender::Settings s = settings(GetParam());
    s.packet_ms = ms;
    Way way(s);
    way.run(said, kAsItIs);
    EXPECT_GT(quality(way.heard, kSeconds, 0.14), GetParam() == Codec::opus ? 4 : 15) << ms;
  }
}

INSTANTIATE_TEST_SUITE_P(Voice, AudioStream, testing::Values(Codec::pcma, Codec::pcmu, Codec::g722, Codec::opus),
                         [](const auto& codec) { return std::string(facts(codec.param).rtpmap_name); });

TEST(AudioReceiver, SwitchesBetweenCodecsOfOneStream) {
  const std::array formats{voice(Codec::pcma), voice(Codec::opus), voice(Codec::g722)};
  AudioReceiver receiver(formats, Way::kRate, 1);
  const Audio said = test::speech(Way::kRate, 1);
  const std::size_t frame = samples_in(Way::kRate, kFrameMs);
  base::SteadyTime now = kStart;
  std::uint16_t sequence = 10;
  for (const Codec codec : {Codec::pcma, Codec::g722, Codec::opus, Codec::pcma}) {
    AudioSender::Settings s = settings(codec);
    s.first_sequence = sequence;
    AudioSender sender(s, Way::kRate);
    Audio heard(frame);
    Audio all;
    for (std::size_t i = 0; i + frame <= said.size(); i += frame, now += milliseconds{20}) {
      std::array<std::uint8_t, 1500> packet{};
      sender.put_voice(Samples(said).subspan(i, frame));
      while (const std::size_t octets = sender.next(packet)) {
        receiver.put(*parse_rtp(base::ByteView(packet).first(octets)), now);
        ++sequence;
      }
      receiver.frame(now, heard);
      all.insert(all.end(), heard.begin(), heard.end());
    }
    EXPECT_NEAR(test::level(Samples(all).subspan(all.size() / 2)), test::level(Samples(said).subspan(said.size() / 2)),
                1.5);
  }
  EXPECT_EQ(receiver.unknown_formats(), 0u);
}

TEST(AudioReceiver, FillsAPauseWithTheNoiseThatWasDescribed) {
  Way way(settings(Codec::pcma));
  way.run(test::speech(Way::kRate, 0.5), kAsItIs);
  const Audio noise = test::white_noise(Way::kRate, 0.02, 300);
  AudioReceiver::Heard last{};
  for (int i = 0; i < 100; ++i, way.now += milliseconds{20}) {
    way.sender.put_pause(noise);
    way.deliver(kAsItIs);
    last = way.hear(way.now);
  }
  EXPECT_EQ(last, AudioReceiver::Heard::noise);
  EXPECT_NEAR(test::level(Samples(way.heard).last(8'000)), test::level(noise), 2);
  EXPECT_EQ(way.receiver->stats().received, 25u + 2u) << "one description a second";
  EXPECT_EQ(way.receiver->stats().lost, 0u);
  way.run(test::speech(Way::kRate, 0.5), kAsItIs);
  EXPECT_EQ(way.hear(way.now), AudioReceiver::Heard::voice);
}

TEST(AudioReceiver, TellsADigitOnceAndGoesOnWithVoice) {
  Way way(settings(Codec::pcmu));
  way.run(test::speech(Way::kRate, 0.2), kAsItIs);
  ASSERT_TRUE(way.sender.begin_event(5, 100));
  EXPECT_FALSE(way.sender.begin_event(6, 100)) << "one after the other";
  way.run(test::speech(Way::kRate, 0.4), kAsItIs);
  ASSERT_EQ(way.notices.size(), 2u);
  EXPECT_TRUE(way.notices[0].begins && !way.notices[0].ends);
  EXPECT_TRUE(way.notices[1].ends && !way.notices[1].begins);
  EXPECT_EQ(way.notices[1].event.code, 5);
  EXPECT_EQ(way.notices[1].event.duration, 800);
  EXPECT_EQ(way.hear(way.now), AudioReceiver::Heard::voice);
}

TEST(AudioReceiver, CountsWhatItDoesNotUnderstand) {
  Way way(settings(Codec::opus));
  const base::Bytes unknown = test::rtp_packet(7, 1, 20, 77);
  way.receiver->put(*parse_rtp(unknown), kStart);
  EXPECT_EQ(way.receiver->unknown_formats(), 1u);
  const base::Bytes empty = test::rtp_packet(7, 2, 0, 111);
  way.receiver->put(*parse_rtp(empty), kStart);
  EXPECT_EQ(way.receiver->undecodable(), 1u);
  EXPECT_EQ(way.hear(kStart), AudioReceiver::Heard::silence);
}

TEST(AudioReceiver, WantsAVoiceFormat) {
  const std::array formats{PayloadFormat{Codec::telephone_event, 101}};
  EXPECT_THROW(AudioReceiver(formats, Way::kRate, 1), std::logic_error);
}

}  // namespace
}  // namespace cadenas::media
