#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "media/packet_loop.hpp"

namespace cadenas::media::bench {

/// A loop without a kernel: packets go nowhere, and are counted.
class NoNetwork final : public PacketLoop {
 public:
  void attach(Port& port) override {
    if (!port.peer.is_set() && port.protocol == Protocol::rtp) rtp.push_back(&port);
  }
  void detach(Port& port) override { port.user->on_detached(port); }
  void send(Port&, const Departure&) override {}
  void originate(Port& through, const Departure& departure, OwnPacket&) override {
    ++packets;
    through.user->on_sent(departure, true);
  }
  bool run_once(const base::Clock&, std::optional<base::SteadyTime>) override { return false; }

  std::vector<Port*> rtp;  ///< a leg each, in the order in which they came
  std::size_t packets = 0;
};

}  // namespace cadenas::media::bench
