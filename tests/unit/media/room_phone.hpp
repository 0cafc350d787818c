#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "audio/signals.hpp"
#include "carried_loop.hpp"
#include "dtls_peer.hpp"
#include "media/audio/audio_receiver.hpp"
#include "media/audio/audio_sender.hpp"
#include "media/audio/member_audio.hpp"
#include "media/dtls_profile.hpp"
#include "media/leg_work.hpp"
#include "media/member_stats.hpp"
#include "media/rtcp.hpp"
#include "media/srtcp.hpp"
#include "media/srtp_receiver.hpp"
#include "media/srtp_sender.hpp"
#include "packets.hpp"

namespace cadenas::media::test {

inline constexpr std::uint8_t kEvents = 101;
inline constexpr double kAmplitude = 6'000;
inline constexpr base::Millis kFrame{kFrameMs};

inline base::Endpoint loopback(std::uint16_t port = 0) {
  return base::Endpoint::parse("127.0.0.1", port).value();
}

inline PayloadFormat voice(Codec codec) {
  return {codec, facts(codec).static_type.value_or(111)};
}

inline double decibels(double amplitude) {
  return 20 * std::log10(std::max(amplitude, 1.0) / kAmplitude);
}

/// What a phone is: its codec, its keys, the tone it hums, and all that it heard.
class RoomPhone {
 public:
  RoomPhone(MemberId number, Codec codec, std::optional<Suite> suite, double hum_hz = 0)
      : id(number),
        rate(facts(codec).rate),
        here(loopback(static_cast<std::uint16_t>(30'000 + 2 * number))),
        codec_(codec),
        hum_(sine(rate, hum_hz, 10, hum_hz > 0 ? kAmplitude : 0)),
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
    seal_report_ = std::make_unique<SrtcpSender>(params(suite, seed));
    open_report_ = std::make_unique<SrtcpReceiver>(params(suite, static_cast<std::uint8_t>(seed + 1)));
  }
  /// It speaks under a key that nobody agreed on, and goes on hearing under its own.
  void use_wrong_key(Suite suite) { seal_ = std::make_unique<SrtpSender>(params(suite, 99)); }
  /// Its keys come from a handshake: see `shake`.
  void use_dtls(const PeerSettings& settings) {
    dtls_ = std::make_unique<DtlsPeer>(settings);
    dtls_role_ = settings.role == DtlsRole::active ? DtlsRole::passive : DtlsRole::active;
  }
  LegMedia media() const {
    LegMedia leg;
    leg.remote_rtp = here;
    leg.srtp_only = suite_.has_value();
    if (dtls_) {
      leg.rtcp_mux = true;
      leg.dtls = DtlsParams{dtls_role_, {dtls_->fingerprint()}, {dtls_suites().begin(), dtls_suites().end()}, 0};
    }
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

  /// The handshake, once the leg was described. Nothing is lost here, so no timer of it is needed.
  void shake(CarriedLoop& loop, Port& port, LegWork& work, base::SteadyTime now) {
    dtls_->run();
    for (int rounds = 0; rounds < 10; ++rounds) {
      for (base::Bytes& datagram : std::exchange(dtls_->out, {})) loop.deliver(port, std::move(datagram), here, now);
      while (work.next() && *work.next() <= now) work.step(now);
      for (const CarriedLoop::Sent& sent : loop.take_sent()) dtls_->run(sent.packet);
    }
    ASSERT_TRUE(dtls_->is_done());
  }
  void say(CarriedLoop& loop, Port& port, base::SteadyTime now) {
    const std::size_t samples = samples_in(rate, kFrameMs);
    sender_.put_voice(Samples(hum_).subspan(said_ * samples % hum_.size(), samples));
    const bool is_lost = loses.contains(said_++);
    base::Bytes buffer(2'048);
    while (const std::size_t octets = sender_.next(buffer)) {
      base::Bytes packet = sealed(buffer, octets);
      if (!is_lost) loop.deliver(port, std::move(packet), here, now);
    }
  }
  void get(base::Bytes packet, base::SteadyTime now) {
    if (open_) {
      const Receipt receipt = open_->open(packet, Opening::decrypt);
      ASSERT_EQ(receipt.status, SrtpStatus::ok);
      packet.resize(receipt.octets);
    } else if (dtls_) {
      std::optional<base::Bytes> opened = dtls_->unprotect(std::move(packet));
      ASSERT_TRUE(opened);
      packet = *std::move(opened);
      if (is_rtcp(packet)) return reports.push_back(std::move(packet));
    }
    const std::optional<RtpPacket> rtp = parse_rtp(packet);
    ASSERT_TRUE(rtp);
    receiver_.put(*rtp, now);
    last_payload.assign(rtp->payload.begin(), rtp->payload.end());
    ++packets;
  }
  /// RTCP that came for it, one port above; false for anything else.
  bool got_report(const CarriedLoop::Sent& sent) {
    if (!(sent.to == here.with_port(static_cast<std::uint16_t>(here.port() + 1)))) return false;
    base::Bytes packet = sent.packet;
    if (open_report_) {
      const Receipt receipt = open_report_->open(packet, Opening::decrypt);
      EXPECT_EQ(receipt.status, SrtpStatus::ok);
      packet.resize(receipt.octets);
    }
    reports.push_back(std::move(packet));
    return true;
  }
  void send_report(CarriedLoop& loop, Port& rtcp, base::Bytes packet, base::SteadyTime now) {
    std::size_t octets = packet.size();
    packet.resize(octets + 64);
    if (seal_report_) {
      EXPECT_EQ(seal_report_->protect(packet, octets), SrtpStatus::ok);
    }
    packet.resize(octets);
    loop.deliver(rtcp, std::move(packet), here.with_port(static_cast<std::uint16_t>(here.port() + 1)), now);
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
  const base::Endpoint here;
  bool has_events = true;
  std::set<std::size_t> loses;  // by the number of the frame since it hums what it hums
  Audio heard;
  base::Bytes last_payload;
  std::vector<base::Bytes> reports;
  std::size_t packets = 0;

 private:
  AudioSender::Settings settings() const {
    AudioSender::Settings settings;
    settings.voice = voice(codec_);
    settings.event_type = kEvents;
    settings.ssrc = static_cast<std::uint32_t>(id);
    return settings;
  }
  /// The packet at the beginning of `buffer`, as it goes on the wire.
  base::Bytes sealed(base::Bytes& buffer, std::size_t octets) {
    if (seal_) {
      EXPECT_EQ(seal_->protect(buffer, octets), SrtpStatus::ok);
    }
    base::Bytes packet(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(octets));
    return dtls_ && !seal_ ? dtls_->protect(std::move(packet)) : packet;
  }

  Codec codec_;
  Audio hum_;
  std::size_t said_ = 0;
  AudioSender sender_;
  AudioReceiver receiver_;
  std::optional<Suite> suite_;
  std::uint8_t seed_ = 0;
  std::unique_ptr<DtlsPeer> dtls_;
  DtlsRole dtls_role_ = DtlsRole::passive;
  std::unique_ptr<SrtpSender> seal_;
  std::unique_ptr<SrtpReceiver> open_;
  std::unique_ptr<SrtcpSender> seal_report_;
  std::unique_ptr<SrtcpReceiver> open_report_;
};

/// What counts as not hearing a hum at all, by `RoomPhone::hears`.
inline constexpr double kSilent = -35;

}  // namespace cadenas::media::test
