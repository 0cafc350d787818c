#include "media/tdm/seqpacket_socket.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <sys/socket.h>

namespace cadenas::media::tdm {

sockaddr_un unix_address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) {
    throw std::system_error(ENAMETOOLONG, std::generic_category(), path);
  }
  std::ranges::copy(path, address.sun_path);
  return address;
}

SeqpacketSocket::Read SeqpacketSocket::read(std::span<std::uint8_t> buffer, std::size_t& octets) {
  const ssize_t got = ::recv(fd_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT | MSG_TRUNC);
  // An empty packet reads as the end does, and no message is empty.
  if (got == 0) return Read::closed;
  if (got < 0) return errno == EAGAIN || errno == EINTR ? Read::nothing : Read::closed;
  octets = static_cast<std::size_t>(got);
  return Read::packet;
}

bool SeqpacketSocket::write(base::ByteView packet) {
  return ::send(fd_.get(), packet.data(), packet.size(), MSG_DONTWAIT | MSG_NOSIGNAL) ==
         static_cast<ssize_t>(packet.size());
}

void SeqpacketSocket::shut_down() {
  ::shutdown(fd_.get(), SHUT_RDWR);
}

}  // namespace cadenas::media::tdm
