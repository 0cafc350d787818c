#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>
#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <sys/socket.h>

#include "base/endpoint.hpp"
#include "base/error.hpp"

namespace cadenas::sip {

class TransportLayer;

/// One UDP socket of a TransportLayer: datagrams in by batches (recvmmsg), out at once, queued only while the system's
/// buffer is full. On the layer's loop only.
class UdpSocket : public std::enable_shared_from_this<UdpSocket> {
 public:
  /// Takes a bound non-blocking descriptor.
  UdpSocket(TransportLayer& layer, int descriptor, const base::Endpoint& local);

  const base::Endpoint& local() const { return local_; }
  void start() { wait_read(); }
  /// Errors "flow.congested", "flow.send".
  base::Result<void> send(const base::Endpoint& to, std::string_view datagram);
  void close();

 private:
  struct Queued {
    base::Endpoint to;
    std::string datagram;
  };

  void wait_read();
  void wait_write();
  void receive();
  void deliver(const mmsghdr& received);
  void flush();

  TransportLayer& layer_;  // valid unless closed
  base::Endpoint local_;
  boost::asio::posix::stream_descriptor descriptor_;
  std::unique_ptr<char[]> octets_;
  std::vector<sockaddr_in6> sources_;
  std::vector<iovec> rooms_;
  std::vector<mmsghdr> batch_;
  std::deque<Queued> queue_;
  std::size_t queued_octets_ = 0;
  bool closed_ = false;
};

}  // namespace cadenas::sip
