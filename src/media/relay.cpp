#include "media/relay.hpp"

#include <system_error>
#include <utility>

namespace cadenas::media {

Relay::Relay(std::shared_ptr<SessionCounters> counters, LegSockets a, LegSockets b, PacketLoop& loop)
    : loop_(loop), sockets_{std::move(a), std::move(b)}, session_(std::move(counters)) {}

void Relay::begin() {
  for (const Side side : {Side::a, Side::b}) {
    for (const Protocol protocol : {Protocol::rtp, Protocol::rtcp}) {
      attach(port(side, protocol), {this, side, protocol, sockets_[static_cast<std::size_t>(side)].fd(protocol)});
    }
  }
}

void Relay::attach(Port& port, const Port& as) {
  port = as;
  try {
    loop_.attach(port);
  } catch (...) {
    port = {};
    throw;
  }
  ++attached_;
}

void Relay::end(std::function<void(Relay&)> ended) {
  is_ending_ = true;
  if (attached_ == 0) return ended(*this);
  ended_ = std::move(ended);
  // The last one detached may end the relay within the call.
  std::array<Port*, 6> all{};
  std::size_t count = 0;
  for (Port& p : ports_) all[count++] = &p;
  for (Direct& direct : direct_) all[count++] = &direct.port;
  for (Port*& p : all) {
    if (!p->user) p = nullptr;
  }
  for (Port* p : all) {
    if (p) loop_.detach(*p);
  }
}

void Relay::on_detached(Port&) {
  if (--attached_ != 0) return;
  const auto ended = std::move(ended_);
  ended(*this);
}

void Relay::on_packet(Port& port, const PacketRead& packet, PacketLoop& loop, base::SteadyTime now) {
  const std::optional<Departure> departure =
      session_.relay(port.side, port.protocol, packet.buffer, packet.octets, packet.source, now);
  if (departure) loop.send(way_out(*departure), *departure);
}

Port& Relay::way_out(const Departure& departure) {
  Port& own = port(departure.side, departure.protocol);
  if (departure.protocol == Protocol::rtcp) return own;
  Direct& direct = direct_[static_cast<std::size_t>(departure.side)];
  if (direct.port.peer == departure.destination) return direct.port;
  if (is_ending_ || direct.refused == departure.destination) return own;
  if (aim(direct, departure.side, departure.destination)) return direct.port;
  direct.refused = departure.destination;
  return own;
}

bool Relay::aim(Direct& direct, Side side, const base::Endpoint& peer) {
  if (direct.socket.is_open()) {
    if (!direct.socket.connect(peer)) return false;
    direct.port.peer = peer;
    return true;
  }
  UdpSocket socket = sockets_[static_cast<std::size_t>(side)].direct_to(peer);
  if (!socket.is_open()) return false;
  try {
    attach(direct.port, {this, side, Protocol::rtp, socket.fd(), peer});
  } catch (const std::system_error&) {
    return false;
  }
  direct.socket = std::move(socket);
  return true;
}

}  // namespace cadenas::media
