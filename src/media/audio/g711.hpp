#pragma once

#include <cstdint>

namespace cadenas::media {

/// The two companding laws of ITU-T G.711.
enum class G711Law : std::uint8_t { a, mu };

/// One octet for one sample, as it stands in RTP and on a TDM time slot (even bits of the A-law inverted).
std::uint8_t g711_encode(G711Law law, std::int16_t sample);
std::int16_t g711_decode(G711Law law, std::uint8_t octet);

}  // namespace cadenas::media
