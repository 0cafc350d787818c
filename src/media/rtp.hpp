#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"

namespace cadenas::media {

/// Big-endian reads of the fixed headers; the caller has checked the length.
inline std::uint16_t read_u16(base::ByteView data, std::size_t at) {
  return static_cast<std::uint16_t>(data[at] << 8 | data[at + 1]);
}
inline std::uint32_t read_u32(base::ByteView data, std::size_t at) {
  return static_cast<std::uint32_t>(read_u16(data, at)) << 16 | read_u16(data, at + 2);
}

/// The header of an RTP packet (RFC 3550 §5.1) with everything before the payload measured. For SRTP too, whose header
/// is the same; what stands in the payload is not looked at.
struct RtpHeader {
  bool padding = false;
  bool extension = false;
  bool marker = false;
  std::uint8_t payload_type = 0;
  std::uint8_t csrc_count = 0;
  std::uint16_t sequence = 0;
  std::uint32_t timestamp = 0;
  std::uint32_t ssrc = 0;
  std::size_t octets = 0;  ///< fixed header, CSRC list and extension: where the payload begins
};

/// Nothing if it is not version 2 or CSRC list or extension reach beyond the packet.
std::optional<RtpHeader> parse_rtp_header(base::ByteView packet);

/// A plain RTP packet as views on its octets.
struct RtpPacket {
  RtpHeader header;
  base::ByteView csrcs;      ///< four octets each
  base::ByteView extension;  ///< with its four octets of profile and length, empty if none
  base::ByteView payload;    ///< without padding

  std::uint32_t csrc(std::size_t index) const { return read_u32(csrcs, index * 4); }
};

/// Nothing for a bad header or for padding that is 0 or reaches before the payload (RFC 3550 §5.1).
std::optional<RtpPacket> parse_rtp(base::ByteView packet);

}  // namespace cadenas::media
