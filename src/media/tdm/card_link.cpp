#include "media/tdm/card_link.hpp"

#include <cerrno>
#include <system_error>

#include <sys/socket.h>
#include <unistd.h>

namespace cadenas::media::tdm {

base::Result<std::unique_ptr<CardLink>> CardLink::connect(const std::string& path) {
  const auto failed = [&path](const std::string& reason) {
    return base::fail("tdm.socket", "Cannot attach to the TDM bus at " + path + ": " + reason + ".", "socket");
  };
  sockaddr_un address{};
  try {
    address = unix_address(path);
  } catch (const std::system_error& error) {
    return failed(error.code().message());
  }
  const int fd = ::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return failed(std::generic_category().message(errno));
  auto link = std::make_unique<CardLink>(fd);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return failed(std::generic_category().message(errno));
  }
  return link;
}

base::Result<std::optional<CardMessage>> CardLink::read() {
  std::size_t octets = 0;
  switch (socket_.read(reading_, octets)) {
    case SeqpacketSocket::Read::nothing:
      return std::nullopt;
    case SeqpacketSocket::Read::closed:
      return base::fail("tdm.closed", "The TDM bus closed the connection.");
    case SeqpacketSocket::Read::packet:
      break;
  }
  if (octets > reading_.size()) return base::fail("tdm.message-length", "The TDM bus sent a message that is too long.");
  base::Result<CardMessage> message = parse_card_message(base::ByteView(reading_).first(octets));
  if (!message) return tl::unexpected(message.error());
  return std::move(*message);
}

bool CardLink::write(const CardMessage& message) {
  return socket_.write(write_card_message(message));
}

bool CardLink::write_block(std::uint8_t line, base::ByteView block) {
  tdm::write_block(line, sequences_[line]++, block, writing_);
  return socket_.write(writing_);
}

}  // namespace cadenas::media::tdm
