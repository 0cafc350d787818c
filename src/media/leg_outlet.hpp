#pragma once

#include <cstddef>

#include "base/endpoint.hpp"
#include "media/departure.hpp"
#include "media/own_packet.hpp"
#include "media/suite.hpp"

namespace cadenas::media {

/// What a leg says for itself: no voice, and nothing of the other leg.
struct OwnDatagram {
  Content content;
  Protocol port;  ///< that it leaves by
  std::size_t octets;
  const base::Endpoint& to;
};

/// Where the handshakes of a leg and its answers to checks leave: by its ports.
class LegOutlet {
 public:
  /// Sends the first `datagram.octets` of the packet's buffer. Not within PortUser::on_packet; the packet must not be
  /// leaving.
  virtual void send(OwnPacket& packet, const OwnDatagram& datagram) = 0;

 protected:
  ~LegOutlet() = default;
};

}  // namespace cadenas::media
