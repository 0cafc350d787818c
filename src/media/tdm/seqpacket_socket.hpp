#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include <sys/un.h>

#include "base/bytes.hpp"
#include "media/descriptor.hpp"

namespace cadenas::media::tdm {

/// The address of a Unix socket at `path`. Throws std::system_error (ENAMETOOLONG) where it has no room for that.
sockaddr_un unix_address(const std::string& path);

/// A connected SOCK_SEQPACKET socket that never waits. One thread at a time.
class SeqpacketSocket {
 public:
  /// Takes it over; it is non-blocking already.
  explicit SeqpacketSocket(int fd) : fd_(fd, "seqpacket socket") {}

  enum class Read : std::uint8_t { packet, nothing, closed };
  /// Reads the next packet into `buffer`; `octets` is buffer.size() + 1 or more for one that has no room there.
  Read read(std::span<std::uint8_t> buffer, std::size_t& octets);
  /// False if the other side does not take it now, or is gone.
  bool write(base::ByteView packet);
  /// Ends the connection; the next read says so.
  void shut_down();
  int descriptor() const { return fd_.get(); }

 private:
  Descriptor fd_;
};

}  // namespace cadenas::media::tdm
