#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "base/clock.hpp"
#include "base/endpoint.hpp"
#include "media/departure.hpp"
#include "media/leg_media.hpp"
#include "media/own_packet.hpp"
#include "media/suite.hpp"

namespace cadenas::media {

class PacketLoop;
class PortUser;

/// A socket as a packet loop knows it. It stays where it is while attached.
struct Port {
  PortUser* user = nullptr;
  Side side{};
  Protocol protocol{};
  int fd = -1;
  base::Endpoint peer{};   ///< set: the socket is connected, and what it reads came from there
  std::uint32_t slot = 0;  ///< the loop's own
};

/// A packet that was read; lives until the call it is given in returns.
struct PacketRead {
  std::span<std::uint8_t> buffer;  ///< the packet and the room behind it
  std::size_t octets = 0;          ///< 0: larger than PacketLoop::kLargest
  base::Endpoint source;
};

/// What a loop hands packets to. Nothing here may block, and nothing allocate per packet.
class PortUser {
 public:
  virtual ~PortUser() = default;
  virtual void on_packet(Port& port, const PacketRead& packet, PacketLoop& loop, base::SteadyTime now) = 0;
  /// What the kernel did with what was sent.
  virtual void on_sent(const Departure& departure, bool accepted) = 0;
  /// The loop no longer knows the port.
  virtual void on_detached(Port& port) = 0;
};

/// Moves packets between sockets and their users, many to a system call. One thread, that which made it.
class PacketLoop {
 public:
  /// Room for the largest packet taken (an Ethernet frame's worth) and what SRTP adds to it.
  static constexpr std::size_t kBuffer = 2048;
  static constexpr std::size_t kLargest = 1800;

  virtual ~PacketLoop() = default;
  /// Throws std::system_error when the kernel refuses.
  virtual void attach(Port& port) = 0;
  /// on_detached follows, within the call or in a later round; until then the port and its socket must stay.
  virtual void detach(Port& port) = 0;
  /// Within on_packet and once in it: sends the first `departure.octets` of the buffer that was given, to the peer of a
  /// connected port or else to `departure.destination`. A packet the kernel does not take now is lost.
  virtual void send(Port& through, const Departure& departure) = 0;
  /// Sends the first `departure.octets` of a packet's buffer, at the latest with the next round; not within on_packet.
  /// The packet must not be leaving already. What the kernel does not take now is lost.
  virtual void originate(Port& through, const Departure& departure, OwnPacket& packet) = 0;
  /// Waits for packets, until `until` (if given) by `clock`, or until the wake descriptor was written to, and serves
  /// what there is. True in the last case. It may return before any of that.
  virtual bool run_once(const base::Clock& clock, std::optional<base::SteadyTime> until) = 0;
};

/// On io_uring (Linux 6.1 or later). `wake`, an eventfd, must outlive it. Throws std::system_error where the kernel has
/// no such thing or the machine forbids it.
std::unique_ptr<PacketLoop> make_uring_loop(int wake);
/// On epoll, recvmmsg and sendmmsg, which every Linux has. Throws as the other.
std::unique_ptr<PacketLoop> make_epoll_loop(int wake);

}  // namespace cadenas::media
