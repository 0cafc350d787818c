#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/bytes.hpp"

namespace cadenas::media {

/// Whether a received packet is to be decrypted or only to be proved genuine.
enum class Opening : std::uint8_t { decrypt, verify_only };

/// One packet as a transform works on it: views on its buffer.
struct PacketParts {
  std::uint32_t ssrc = 0;
  std::uint64_t index = 0;       ///< RTP: rollover counter and sequence number; RTCP: without the E bit
  std::span<std::uint8_t> body;  ///< header and payload
  std::size_t clear = 0;         ///< how many octets of `body`, from its start, are authenticated only
  base::ByteView index_field;    ///< E bit and SRTCP index as they stand on the wire; empty for RTP
  std::span<std::uint8_t> tag;

  std::span<std::uint8_t> secret() const { return body.subspan(clear); }
};

/// The salt with SSRC and index laid over it (RFC 3711 §4.1.1, RFC 7714 §8.1, §9.1); `ssrc_at` is where the SSRC
/// begins, the index is the six octets behind it.
template <std::size_t N>
std::array<std::uint8_t, N> packet_iv(const std::array<std::uint8_t, N>& salt, std::size_t ssrc_at,
                                      const PacketParts& packet) {
  std::array<std::uint8_t, N> iv = salt;
  for (std::size_t i = 0; i < 4; ++i) iv[ssrc_at + i] ^= static_cast<std::uint8_t>(packet.ssrc >> (24 - 8 * i));
  for (std::size_t i = 0; i < 6; ++i) iv[ssrc_at + 4 + i] ^= static_cast<std::uint8_t>(packet.index >> (40 - 8 * i));
  return iv;
}

}  // namespace cadenas::media
