#pragma once

#include <cstdint>

namespace cadenas::media {

/// What became of one packet. Everything but `ok` means: drop it, and nothing was changed but the packet's octets.
enum class SrtpStatus : std::uint8_t {
  ok,
  auth_failed,  ///< the tag does not verify
  replayed,     ///< this index was seen, or is older than the window
  too_short,    ///< no room for header and tag
  malformed,    ///< not a header of RTP or RTCP
  limit,        ///< out of indices for this key (RFC 3711 §9.2), of SSRCs, or of room in the buffer
};

}  // namespace cadenas::media
