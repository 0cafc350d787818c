#pragma once

#include <utility>

#include "base/endpoint.hpp"

namespace cadenas::media {

/// A bound, non-blocking UDP socket, closed when it goes.
class UdpSocket {
 public:
  UdpSocket() = default;
  /// Binds `local`; on failure `is_open` is false and errno says why. IPv6 sockets take IPv6 only. Packets leave marked
  /// EF (RFC 3246), as voice is expected to be.
  static UdpSocket bind(const base::Endpoint& local);
  /// A second socket on the port of `beside`, bound to `local`, and connected to `peer`: what comes from there is read
  /// from it and no longer from the first, and what is sent need not be routed packet by packet. Fails as `bind`.
  static UdpSocket connected(const UdpSocket& beside, const base::Endpoint& local, const base::Endpoint& peer);
  /// Connects it to another peer. False where the kernel refuses.
  bool connect(const base::Endpoint& peer) const;
  ~UdpSocket();
  UdpSocket(UdpSocket&& from) noexcept : fd_(std::exchange(from.fd_, -1)) {}
  UdpSocket& operator=(UdpSocket&& from) noexcept {
    std::swap(fd_, from.fd_);
    return *this;
  }
  UdpSocket(const UdpSocket&) = delete;
  UdpSocket& operator=(const UdpSocket&) = delete;

  bool is_open() const { return fd_ >= 0; }
  int fd() const { return fd_; }

 private:
  static UdpSocket open(const base::Endpoint& local, const UdpSocket* beside);

  int fd_ = -1;
};

}  // namespace cadenas::media
