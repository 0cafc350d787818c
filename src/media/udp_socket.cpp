#include "media/udp_socket.hpp"

#include <cerrno>

#include <netinet/ip.h>
#include <sys/socket.h>
#include <unistd.h>

namespace cadenas::media {

namespace {

void share_port(int fd, bool shared) {
  const int value = shared ? 1 : 0;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &value, sizeof value);
}

}  // namespace

UdpSocket UdpSocket::open(const base::Endpoint& local, const UdpSocket* beside) {
  UdpSocket out;
  const int family = local.is_v6() ? AF_INET6 : AF_INET;
  out.fd_ = ::socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_UDP);
  if (out.fd_ < 0) return out;
  const int on = 1;
  const int expedited = 46 << 2;
  // A mark the kernel refuses costs priority, not the call.
  if (local.is_v6()) {
    ::setsockopt(out.fd_, IPPROTO_IPV6, IPV6_TCLASS, &expedited, sizeof expedited);
  } else {
    ::setsockopt(out.fd_, IPPROTO_IP, IP_TOS, &expedited, sizeof expedited);
  }
  // The port is shared for this moment only: another program must find it taken.
  if (beside) share_port(beside->fd_, true);
  if (beside) share_port(out.fd_, true);
  if ((local.is_v6() && ::setsockopt(out.fd_, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) != 0) ||
      ::bind(out.fd_, local.data(), local.size()) != 0) {
    const int reason = errno;
    ::close(out.fd_);
    out.fd_ = -1;
    errno = reason;
  }
  if (beside) share_port(beside->fd_, false);
  if (beside && out.is_open()) share_port(out.fd_, false);
  return out;
}

UdpSocket UdpSocket::bind(const base::Endpoint& local) {
  return open(local, nullptr);
}

UdpSocket UdpSocket::connected(const UdpSocket& beside, const base::Endpoint& local, const base::Endpoint& peer) {
  UdpSocket out = open(local, &beside);
  if (out.is_open() && !out.connect(peer)) return {};
  return out;
}

bool UdpSocket::connect(const base::Endpoint& peer) const {
  return ::connect(fd_, peer.data(), peer.size()) == 0;
}

UdpSocket::~UdpSocket() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace cadenas::media
