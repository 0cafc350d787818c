#pragma once

#include <array>
#include <cstddef>

#include "base/endpoint.hpp"
#include "media/departure.hpp"
#include "media/leg_outlet.hpp"
#include "media/leg_sockets.hpp"
#include "media/packet_loop.hpp"

namespace cadenas::media {

/// The sockets of one leg on a packet loop. The leg's own RTP socket takes packets from wherever they come; as soon as
/// packets go to a peer, a second one on the same port, connected to it, moves them for less (the kernel then knows the
/// way without looking). A peer that moves is heard on the first, and the second follows it.
class LegPorts final : public LegOutlet {
 public:
  /// `user` and `loop` outlive it. `side` is written on its ports.
  LegPorts(LegSockets sockets, Side side, PortUser& user, PacketLoop& loop)
      : sockets_(std::move(sockets)), side_(side), user_(user), loop_(loop) {}
  LegPorts(const LegPorts&) = delete;
  LegPorts& operator=(const LegPorts&) = delete;

  /// Takes packets from now on. Throws as PacketLoop::attach; what is attached then must be detached.
  void attach();
  /// Detaches every port; `PortUser::on_detached` follows for each, within the call or later.
  void detach();
  /// The user passes on what the loop tells of one of these ports.
  void on_detached() { --attached_; }
  std::size_t attached() const { return attached_; }

  /// The port by which a packet leaves best.
  Port& way_out(const Departure& departure);
  /// By the leg's own sockets: neither a handshake nor a check is a reason to connect to whoever began it.
  void send(OwnPacket& packet, const OwnDatagram& datagram) override;

 private:
  void attach(Port& port, const Port& as);
  bool aim(const base::Endpoint& peer);

  LegSockets sockets_;
  Side side_;
  PortUser& user_;
  PacketLoop& loop_;
  std::array<Port, 2> ports_;
  UdpSocket direct_;  // connected
  Port direct_port_;
  base::Endpoint refused_;  // the kernel would not connect to it
  std::size_t attached_ = 0;
  bool is_leaving_ = false;
};

}  // namespace cadenas::media
