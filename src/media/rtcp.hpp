#pragma once

#include "base/bytes.hpp"

namespace cadenas::media {

/// True if what arrived on a port shared by RTP and RTCP is RTCP: its packet type is 192…223 (RFC 5761 §4).
inline bool is_rtcp(base::ByteView packet) {
  return packet.size() >= 2 && packet[1] >= 192 && packet[1] <= 223;
}

/// The checks of RFC 3550 A.2 on a plain compound packet: version 2 throughout, the lengths add up exactly, padding
/// only in the last one and inside it. The first may be of any type (reduced-size RTCP, RFC 5506).
bool is_rtcp_compound(base::ByteView packet);

}  // namespace cadenas::media
