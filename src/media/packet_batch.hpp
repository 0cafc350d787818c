#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include <sys/socket.h>

#include "base/endpoint.hpp"
#include "media/packet_loop.hpp"

namespace cadenas::media {

/// Up to 64 packets that came in one system call and leave, from the same buffers, in as few as their sockets allow.
/// All memory is taken at construction. One thread.
class PacketBatch {
 public:
  static constexpr std::size_t kPackets = 64;

  PacketBatch();

  /// Reads what waits on `fd`, without blocking; the number of packets.
  std::size_t receive(int fd);
  /// Packet `i` of the last `receive`: its whole buffer, its length (0 if it was larger than PacketLoop::kLargest), its
  /// source.
  std::span<std::uint8_t> buffer(std::size_t i) { return (*buffers_)[i]; }
  std::size_t octets(std::size_t i) const;
  base::Endpoint source(std::size_t i) const;

  /// Queues packet `i` to leave through a port. Order is kept.
  void depart(std::size_t i, Port& through, const Departure& departure);
  /// Sends what is queued and tells the user of each; a packet that the kernel does not take now is lost.
  void flush();

 private:
  struct Outgoing {
    Port* through;
    Departure departure;
  };
  void report(std::size_t n, bool accepted) { leaving_[n]->through->user->on_sent(leaving_[n]->departure, accepted); }

  std::unique_ptr<std::array<std::array<std::uint8_t, PacketLoop::kBuffer>, kPackets>> buffers_;
  std::array<mmsghdr, kPackets> in_{};
  std::array<iovec, kPackets> in_room_{};
  std::array<sockaddr_in6, kPackets> sources_{};
  std::array<mmsghdr, kPackets> out_{};
  std::array<iovec, kPackets> out_data_{};
  std::array<std::optional<Outgoing>, kPackets> leaving_;
  std::size_t departures_ = 0;
};

}  // namespace cadenas::media
