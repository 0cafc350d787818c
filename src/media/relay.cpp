#include "media/relay.hpp"

#include <utility>

namespace cadenas::media {

Relay::Relay(std::shared_ptr<SessionCounters> counters, LegSockets a, LegSockets b, PacketLoop& loop, LegWork& work)
    : session_(std::move(counters), {&work, &a_}, {&work, &b_}),
      a_(std::move(a), Side::a, *this, loop),
      b_(std::move(b), Side::b, *this, loop) {}

void Relay::begin() {
  a_.attach();
  b_.attach();
}

void Relay::end(std::function<void()> ended) {
  if (attached() == 0) return ended();
  ended_ = std::move(ended);
  // The last port detached may end the relay within the call: `b_` is asked only if it has one.
  const bool b_too = b_.attached() > 0;
  if (a_.attached() > 0) a_.detach();
  if (b_too) b_.detach();
}

void Relay::on_detached(Port& port) {
  ports(port.side).on_detached();
  if (attached() != 0) return;
  const auto ended = std::move(ended_);
  ended();
}

void Relay::on_packet(Port& port, const PacketRead& packet, PacketLoop& loop, base::SteadyTime now) {
  const std::optional<Departure> departure =
      session_.relay(port.side, port.protocol, packet.buffer, packet.octets, packet.source, now);
  if (departure) loop.send(ports(departure->side).way_out(*departure), *departure);
}

}  // namespace cadenas::media
