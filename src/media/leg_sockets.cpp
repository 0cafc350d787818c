#include "media/leg_sockets.hpp"

#include <cerrno>
#include <system_error>

namespace cadenas::media {

base::Result<LegSockets> LegSockets::bind(const base::Endpoint& address, PortPool& pool) {
  // Each port that is tried goes to the back of the pool, so as many tries as ports see every one.
  for (std::size_t tries = pool.size(); tries > 0; --tries) {
    const std::optional<std::uint16_t> port = pool.take();
    if (!port) break;
    UdpSocket rtp = UdpSocket::bind(address.with_port(*port));
    int reason = errno;
    UdpSocket rtcp;
    if (rtp.is_open()) {
      rtcp = UdpSocket::bind(address.with_port(static_cast<std::uint16_t>(*port + 1)));
      reason = errno;
    }
    if (rtcp.is_open()) return LegSockets(pool, address.with_port(*port), std::move(rtp), std::move(rtcp));
    pool.give_back(*port);
    if (reason != EADDRINUSE && reason != EACCES) {
      return base::fail("media.socket", "Cannot bind a media port on " + address.address() + ": " +
                                            std::generic_category().message(reason) + ".");
    }
  }
  return base::fail("media.ports-exhausted",
                    "No RTP port is free on " + address.address() + "; widen the port range of the media board.");
}

LegSockets::~LegSockets() {
  if (!pool_) return;
  sockets_ = {};
  pool_->give_back(rtp_port());
}

}  // namespace cadenas::media
