#include "media/stun_message.hpp"

#include <algorithm>

#include "media/rtp.hpp"
#include "media/stun_format.hpp"

namespace cadenas::media {
namespace {

std::optional<StunMessage> parse_stun_header(base::ByteView datagram) {
  if (datagram.size() < stun::kHeader) return std::nullopt;
  const std::uint16_t type = read_u16(datagram, 0);
  constexpr std::uint16_t class_bits = 0x0110;
  const bool is_whole = read_u16(datagram, 2) == datagram.size() - stun::kHeader && datagram.size() % 4 == 0;
  if ((type & ~class_bits) != stun::kBinding || !is_whole || read_u32(datagram, 4) != stun::kMagicCookie) {
    return std::nullopt;
  }
  StunMessage message;
  message.kind = static_cast<StunClass>((type >> 7 & 2) | (type >> 4 & 1));
  std::ranges::copy(datagram.subspan(8, message.transaction.size()), message.transaction.begin());
  return message;
}

/// False if its length is wrong. Of several of one type the first counts (RFC 8489 §14).
bool read_attribute(StunMessage& message, std::uint16_t type, base::ByteView value, std::size_t at) {
  switch (type) {
    case stun::username:
      if (!message.username) message.username = base::as_text(value);
      return true;
    case stun::message_integrity:
      message.integrity_at = at;
      return value.size() == stun::kIntegrity;
    case stun::priority:
      // With one candidate of ours, and a peer that nominates, nothing is to be ordered by it.
      return value.size() == 4;
    case stun::use_candidate:
      message.nominates = true;
      return value.empty();
    case stun::ice_controlled:
      message.is_controlled = true;
      return value.size() == 8;
    default:
      if (!stun::is_optional(type)) message.add_unknown(type);
      return true;
  }
}

}  // namespace

std::optional<StunMessage> parse_stun(base::ByteView datagram) {
  std::optional<StunMessage> message = parse_stun_header(datagram);
  for (std::size_t at = stun::kHeader; message && at < datagram.size();) {
    const std::size_t left = datagram.size() - at - stun::kAttributeHeader;  // the sizes are multiples of four
    const std::uint16_t type = read_u16(datagram, at);
    const std::size_t octets = read_u16(datagram, at + 2);
    if (stun::padded(octets) > left) return std::nullopt;
    const base::ByteView value = datagram.subspan(at + stun::kAttributeHeader, octets);
    if (type == stun::fingerprint) {
      const bool is_last = octets == stun::kFingerprint && octets == left;
      if (!is_last || read_u32(value, 0) != stun::fingerprint_of(datagram.first(at))) return std::nullopt;
    } else if (!message->integrity_at && !read_attribute(*message, type, value, at)) {
      return std::nullopt;
    }
    at += stun::kAttributeHeader + stun::padded(octets);
  }
  return message;
}

bool is_authentic(const StunMessage& message, base::ByteView datagram, const HmacSha1& password) {
  if (!message.integrity_at) return false;
  // Signed is the length that the message would have if it ended with MESSAGE-INTEGRITY.
  const std::size_t at = *message.integrity_at;
  const std::size_t length = at + stun::kAttributeHeader + stun::kIntegrity - stun::kHeader;
  std::array<std::uint8_t, stun::kHeader> header;
  std::ranges::copy(datagram.first(header.size()), header.begin());
  header[2] = static_cast<std::uint8_t>(length >> 8);
  header[3] = static_cast<std::uint8_t>(length);
  const HmacSha1::Digest digest = password.sign(header, datagram.subspan(header.size(), at - header.size()));
  return base::equal_constant_time(digest, datagram.subspan(at + stun::kAttributeHeader, stun::kIntegrity));
}

}  // namespace cadenas::media
