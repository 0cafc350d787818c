#pragma once

#include <functional>
#include <memory>

#include "media/leg_ports.hpp"
#include "media/leg_sockets.hpp"
#include "media/leg_work.hpp"
#include "media/packet_loop.hpp"
#include "media/session.hpp"

namespace cadenas::media {

/// A session with its sockets, on a packet loop.
class Relay final : public PortUser {
 public:
  /// `loop` and `work` outlive it.
  Relay(std::shared_ptr<SessionCounters> counters, LegSockets a, LegSockets b, PacketLoop& loop, LegWork& work);
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  /// Takes packets from now on. Throws as PacketLoop::attach; then it must be ended.
  void begin();
  void configure(Side side, LegMedia media) { session_.configure(side, std::move(media)); }
  /// Detaches every port. When that is done, within the call or later, `ended` is called, once and last: the relay may
  /// go.
  void end(std::function<void()> ended);

  void on_packet(Port& port, const PacketRead& packet, PacketLoop& loop, base::SteadyTime now) override;
  void on_sent(const Departure& departure, bool accepted) override { session_.sent(departure, accepted); }
  void on_detached(Port& port) override;

 private:
  LegPorts& ports(Side side) { return side == Side::a ? a_ : b_; }
  std::size_t attached() const { return a_.attached() + b_.attached(); }

  Session session_;
  LegPorts a_;
  LegPorts b_;
  std::function<void()> ended_;
};

}  // namespace cadenas::media
