#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/endpoint.hpp"
#include "base/error.hpp"
#include "media/port_pool.hpp"
#include "media/srtp_cipher.hpp"
#include "media/udp_socket.hpp"

namespace cadenas::media {

/// The RTP and RTCP socket of one leg. When it goes, the sockets are closed first and then the port is given back.
class LegSockets {
 public:
  /// Takes a port of `pool`, which outlives the result, and binds it and the one above on `address`; ports that
  /// another program holds are passed over. Errors: "media.ports-exhausted", "media.socket".
  static base::Result<LegSockets> bind(const base::Endpoint& address, PortPool& pool);
  ~LegSockets();
  LegSockets(LegSockets&& from) noexcept
      : pool_(std::exchange(from.pool_, nullptr)), local_rtp_(from.local_rtp_), sockets_(std::move(from.sockets_)) {}
  LegSockets& operator=(LegSockets&&) = delete;

  std::uint16_t rtp_port() const { return local_rtp_.port(); }
  int fd(Protocol protocol) const { return sockets_[static_cast<std::size_t>(protocol)].fd(); }
  /// A second RTP socket for one peer; see UdpSocket::connected.
  UdpSocket direct_to(const base::Endpoint& peer) const {
    return UdpSocket::connected(sockets_[static_cast<std::size_t>(Protocol::rtp)], local_rtp_, peer);
  }

 private:
  LegSockets(PortPool& pool, const base::Endpoint& local_rtp, UdpSocket rtp, UdpSocket rtcp)
      : pool_(&pool), local_rtp_(local_rtp), sockets_{std::move(rtp), std::move(rtcp)} {}

  PortPool* pool_;
  base::Endpoint local_rtp_;
  std::array<UdpSocket, 2> sockets_;
};

}  // namespace cadenas::media
