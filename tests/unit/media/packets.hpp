#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.hpp"
#include "media/leg_media.hpp"
#include "media/suite.hpp"

namespace cadenas::media::test {

/// A plain RTP packet whose payload is `payload_octets` of a pattern that depends on the sequence number.
inline base::Bytes rtp_packet(std::uint32_t ssrc, std::uint16_t sequence, std::size_t payload_octets = 160,
                              std::uint8_t payload_type = 0) {
  base::Bytes packet(12 + payload_octets);
  packet[0] = 0x80;
  packet[1] = payload_type;
  packet[2] = static_cast<std::uint8_t>(sequence >> 8);
  packet[3] = static_cast<std::uint8_t>(sequence);
  for (int i = 0; i < 4; ++i) {
    packet[4 + i] = static_cast<std::uint8_t>(sequence * 160 >> (24 - 8 * i));
    packet[8 + i] = static_cast<std::uint8_t>(ssrc >> (24 - 8 * i));
  }
  for (std::size_t i = 0; i < payload_octets; ++i) packet[12 + i] = static_cast<std::uint8_t>(i * 7 + sequence);
  return packet;
}

/// A receiver report with one block (RFC 3550 §6.4.2).
inline base::Bytes receiver_report(std::uint32_t ssrc, std::uint8_t mark = 0) {
  base::Bytes packet(32, mark);
  packet[0] = 0x81;
  packet[1] = 201;
  packet[2] = 0;
  packet[3] = 7;
  for (int i = 0; i < 4; ++i) packet[4 + i] = static_cast<std::uint8_t>(ssrc >> (24 - 8 * i));
  return packet;
}

/// Keys that differ with `seed`.
inline SrtpParams params(Suite suite, std::uint8_t seed = 1) {
  base::Bytes keying(facts(suite).keying());
  for (std::size_t i = 0; i < keying.size(); ++i) keying[i] = static_cast<std::uint8_t>(seed * 31 + i * 5);
  return {suite, base::SecretBytes(std::move(keying))};
}

}  // namespace cadenas::media::test
