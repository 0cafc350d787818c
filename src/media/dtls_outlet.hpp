#pragma once

#include <cstddef>

#include "base/endpoint.hpp"
#include "media/own_packet.hpp"

namespace cadenas::media {

/// Where the handshake of a leg leaves: by the leg's RTP port.
class DtlsOutlet {
 public:
  /// Sends the first `octets` of the packet's buffer. Not within PortUser::on_packet; the packet must not be leaving.
  virtual void send_dtls(OwnPacket& packet, std::size_t octets, const base::Endpoint& to) = 0;

 protected:
  ~DtlsOutlet() = default;
};

}  // namespace cadenas::media
