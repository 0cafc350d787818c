#pragma once

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "media/packet_loop.hpp"

namespace cadenas::media::test {

/// A packet loop without a network: the test carries the packets, so that time is the test's too.
class CarriedLoop final : public PacketLoop {
 public:
  struct Sent {
    const PortUser* by;
    base::Endpoint to;
    base::Bytes packet;
  };

  void attach(Port& port) override { ports.push_back(&port); }
  void detach(Port& port) override {
    std::erase(ports, &port);
    port.user->on_detached(port);
  }
  void send(Port&, const Departure&) override {}
  void originate(Port& through, const Departure& departure, OwnPacket& packet) override {
    const auto octets = static_cast<std::ptrdiff_t>(departure.octets);
    sent.push_back({through.user, departure.destination, {packet.buffer.begin(), packet.buffer.begin() + octets}});
    through.user->on_sent(departure, true);
  }
  bool run_once(const base::Clock&, std::optional<base::SteadyTime>) override { return false; }

  /// Hands a packet to the port as if it had come from there.
  void deliver(Port& port, base::Bytes packet, const base::Endpoint& source, base::SteadyTime now) {
    const std::size_t octets = packet.size();
    packet.resize(kBuffer);
    port.user->on_packet(port, {packet, octets, source}, *this, now);
  }
  std::vector<Sent> take_sent() { return std::exchange(sent, {}); }

  std::vector<Port*> ports;  // attached now
  std::vector<Sent> sent;
};

}  // namespace cadenas::media::test
