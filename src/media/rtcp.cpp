#include "media/rtcp.hpp"

#include "media/rtp.hpp"

namespace cadenas::media {

bool is_rtcp_compound(base::ByteView packet) {
  if (packet.size() < 8 || !is_rtcp(packet)) return false;
  for (base::ByteView rest = packet; !rest.empty();) {
    if (rest.size() < 4 || rest[0] >> 6 != 2) return false;
    const std::size_t octets = std::size_t{4} * (read_u16(rest, 2) + std::size_t{1});
    if (octets > rest.size()) return false;
    const bool padded = (rest[0] & 0x20) != 0;
    if (padded) {
      const std::size_t padding = rest[octets - 1];
      if (octets != rest.size() || padding == 0 || padding > octets - 4) return false;
    }
    rest = rest.subspan(octets);
  }
  return true;
}

}  // namespace cadenas::media
