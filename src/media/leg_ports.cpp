#include "media/leg_ports.hpp"

#include <system_error>
#include <utility>

namespace cadenas::media {

void LegPorts::attach() {
  for (const Protocol protocol : {Protocol::rtp, Protocol::rtcp}) {
    attach(ports_[static_cast<std::size_t>(protocol)], {&user_, side_, protocol, sockets_.fd(protocol)});
  }
}

void LegPorts::attach(Port& port, const Port& as) {
  port = as;
  try {
    loop_.attach(port);
  } catch (...) {
    port = {};
    throw;
  }
  ++attached_;
}

void LegPorts::detach() {
  is_leaving_ = true;
  // The last one detached may end the leg within the call.
  std::array<Port*, 3> all{&ports_[0], &ports_[1], &direct_port_};
  for (Port*& port : all) {
    if (!port->user) port = nullptr;
  }
  PacketLoop& loop = loop_;
  for (Port* port : all) {
    if (port) loop.detach(*port);
  }
}

Port& LegPorts::way_out(const Departure& departure) {
  Port& own = ports_[static_cast<std::size_t>(departure.protocol)];
  if (departure.protocol == Protocol::rtcp || direct_port_.peer == departure.destination) {
    return departure.protocol == Protocol::rtcp ? own : direct_port_;
  }
  if (is_leaving_ || refused_ == departure.destination) return own;
  if (aim(departure.destination)) return direct_port_;
  refused_ = departure.destination;
  return own;
}

void LegPorts::send(OwnPacket& packet, const OwnDatagram& datagram) {
  if (is_leaving_) return;
  const Departure departure{.side = side_,
                            .protocol = datagram.port,
                            .is_rtcp = false,
                            .is_encrypted = false,
                            .octets = datagram.octets,
                            .destination = datagram.to,
                            .content = datagram.content};
  loop_.originate(ports_[static_cast<std::size_t>(datagram.port)], departure, packet);
}

bool LegPorts::aim(const base::Endpoint& peer) {
  if (direct_.is_open()) {
    if (!direct_.connect(peer)) return false;
    direct_port_.peer = peer;
    return true;
  }
  UdpSocket socket = sockets_.direct_to(peer);
  if (!socket.is_open()) return false;
  try {
    attach(direct_port_, {&user_, side_, Protocol::rtp, socket.fd(), peer});
  } catch (const std::system_error&) {
    return false;
  }
  direct_ = std::move(socket);
  return true;
}

}  // namespace cadenas::media
