#include "media/udp_socket.hpp"

#include <cerrno>

#include <netinet/ip.h>
#include <sys/socket.h>
#include <unistd.h>

namespace cadenas::media {

UdpSocket UdpSocket::bind(const base::Endpoint& local) {
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
  if ((local.is_v6() && ::setsockopt(out.fd_, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) != 0) ||
      ::bind(out.fd_, local.data(), local.size()) != 0) {
    const int reason = errno;
    ::close(out.fd_);
    out.fd_ = -1;
    errno = reason;
  }
  return out;
}

UdpSocket::~UdpSocket() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace cadenas::media
