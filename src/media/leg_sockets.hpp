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
      : pool_(std::exchange(from.pool_, nullptr)), rtp_port_(from.rtp_port_), sockets_(std::move(from.sockets_)) {}
  LegSockets& operator=(LegSockets&&) = delete;

  std::uint16_t rtp_port() const { return rtp_port_; }
  int fd(Protocol protocol) const { return sockets_[static_cast<std::size_t>(protocol)].fd(); }

 private:
  LegSockets(PortPool& pool, std::uint16_t rtp_port, UdpSocket rtp, UdpSocket rtcp)
      : pool_(&pool), rtp_port_(rtp_port), sockets_{std::move(rtp), std::move(rtcp)} {}

  PortPool* pool_;
  std::uint16_t rtp_port_;
  std::array<UdpSocket, 2> sockets_;
};

}  // namespace cadenas::media
