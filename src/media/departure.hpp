#pragma once

#include <cstddef>
#include <cstdint>

#include "base/endpoint.hpp"
#include "media/leg_media.hpp"
#include "media/suite.hpp"

namespace cadenas::media {

/// What a datagram carries.
enum class Content : std::uint8_t {
  media,  ///< RTP or RTCP
  dtls,   ///< of a handshake
  stun,   ///< an answer to a check of ICE
};

/// A packet that is ready for the wire, in a buffer that goes with it.
struct Departure {
  Side side;          ///< leave through this leg…
  Protocol protocol;  ///< …from its RTP or its RTCP port
  bool is_rtcp;       ///< what it is, which on a shared port is not what the port is
  bool is_encrypted;
  std::size_t octets;
  base::Endpoint destination;
  Content content = Content::media;
};

}  // namespace cadenas::media
