#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>

#include "media/leg_sockets.hpp"
#include "media/packet_loop.hpp"
#include "media/session.hpp"

namespace cadenas::media {

/// A session with its sockets, on a packet loop. The leg's own RTP socket takes packets from wherever they come; as
/// soon as packets go to a peer, a second one on the same port, connected to it, moves them for less (the kernel then
/// knows the way without looking). A peer that moves is heard on the first, and the second follows it.
class Relay final : public PortUser {
 public:
  /// `loop` outlives it.
  Relay(std::shared_ptr<SessionCounters> counters, LegSockets a, LegSockets b, PacketLoop& loop);
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  /// Takes packets from now on. Throws as PacketLoop::attach; then it must be ended.
  void begin();
  void configure(Side side, LegMedia media) { session_.configure(side, std::move(media)); }
  /// Detaches every port. When that is done, within the call or later, `ended` is called, once and last: the relay may
  /// go.
  void end(std::function<void(Relay&)> ended);

  void on_packet(Port& port, const PacketRead& packet, PacketLoop& loop, base::SteadyTime now) override;
  void on_sent(const Departure& departure, bool accepted) override { session_.sent(departure, accepted); }
  void on_detached(Port& port) override;

 private:
  /// The connected socket of a leg.
  struct Direct {
    UdpSocket socket;
    Port port;
    base::Endpoint refused;  // the kernel would not connect to it
  };
  Port& port(Side side, Protocol protocol) {
    return ports_[static_cast<std::size_t>(side) * 2 + static_cast<std::size_t>(protocol)];
  }
  void attach(Port& port, const Port& as);
  Port& way_out(const Departure& departure);
  bool aim(Direct& direct, Side side, const base::Endpoint& peer);

  PacketLoop& loop_;
  std::array<LegSockets, 2> sockets_;
  Session session_;
  std::array<Port, 4> ports_;
  std::array<Direct, 2> direct_;
  std::size_t attached_ = 0;
  bool is_ending_ = false;
  std::function<void(Relay&)> ended_;
};

}  // namespace cadenas::media
