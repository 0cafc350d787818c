#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "base/endpoint.hpp"
#include "media/audio/codec.hpp"
#include "media/audio/format.hpp"
#include "media/audio/frame.hpp"
#include "media/leg_media.hpp"
#include "media/packet_loop.hpp"
#include "media/srtp_sender.hpp"
#include "media/suite.hpp"

namespace cadenas::media::bench {

inline constexpr Suite kSuite = Suite::aead_aes_256_gcm;

inline SrtpParams key(std::size_t number) {
  base::Bytes keying(facts(kSuite).keying());
  for (std::size_t i = 0; i < keying.size(); ++i) keying[i] = static_cast<std::uint8_t>(number >> (i % 3 * 8));
  return {kSuite, base::SecretBytes(std::move(keying))};
}

/// A second of a voice, or of what is below the noise of a quiet room.
inline std::vector<std::int16_t> second_of_sound(SampleRate rate, bool is_voice) {
  std::vector<std::int16_t> sound(hertz(rate));
  for (std::size_t i = 0; i < sound.size(); ++i) {
    const double t = static_cast<double>(i) / hertz(rate);
    const double hum = std::sin(6.2832 * 150 * t) + 0.5 * std::sin(6.2832 * 900 * t);
    sound[i] = static_cast<std::int16_t>((is_voice ? 4'000 : 8) * hum);
  }
  return sound;
}

/// The payloads of a second, which can be said over and over: they are of the second time that it was encoded.
inline std::vector<base::Bytes> payloads(Codec codec, bool is_voice) {
  const auto encoder = make_encoder(codec);
  const std::vector<std::int16_t> sound = second_of_sound(encoder->rate(), is_voice);
  const std::size_t samples = samples_in(encoder->rate(), kFrameMs);
  std::vector<base::Bytes> out;
  for (int round = 0; round < 2; ++round) {
    out.clear();
    for (std::size_t at = 0; at + samples <= sound.size(); at += samples) {
      base::Bytes payload(kMaxPayload);
      payload.resize(encoder->encode(Samples(sound).subspan(at, samples), payload));
      out.push_back(std::move(payload));
    }
  }
  return out;
}

/// A phone that says the same second over and over, encrypted. What it says was encoded before: phones are many here,
/// and it is not their cost that is measured.
class Phone {
 public:
  /// `says` outlives it; its key is `key(2 * number)`.
  Phone(std::size_t number, PayloadFormat format, const std::vector<base::Bytes>& says)
      : here(base::Endpoint::parse("127.0.0.1", static_cast<std::uint16_t>(1'024 + 2 * number)).value()),
        number_(static_cast<std::uint32_t>(number)),
        format_(format),
        says_(says),
        seal_(key(2 * number)) {}

  base::Bytes next_packet() {
    const base::Bytes& payload = says_[said_ % says_.size()];
    base::Bytes packet{0x80, format_.payload_type};
    append(packet, said_, 2);
    append(packet, said_ * rtp_units(facts(format_.codec).clock, kFrameMs), 4);
    append(packet, number_, 4);
    packet.insert(packet.end(), payload.begin(), payload.end());
    ++said_;
    std::size_t octets = packet.size();
    packet.resize(PacketLoop::kBuffer);
    seal_.protect(packet, octets);
    packet.resize(octets);
    return packet;
  }

  const base::Endpoint here;

 private:
  static void append(base::Bytes& packet, std::uint32_t value, int octets) {
    for (int i = octets - 1; i >= 0; --i) packet.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  }

  std::uint32_t number_;  // and its SSRC
  PayloadFormat format_;
  const std::vector<base::Bytes>& says_;
  SrtpSender seal_;
  std::uint32_t said_ = 0;
};

}  // namespace cadenas::media::bench
