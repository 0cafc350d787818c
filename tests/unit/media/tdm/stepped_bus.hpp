#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "../audio/signals.hpp"
#include "media/tdm/bus.hpp"
#include "media/tdm/in_process_shelf.hpp"

namespace cadenas::media::test {

inline base::Bytes g711(G711Law law, const Audio& audio) {
  base::Bytes octets;
  for (const std::int16_t sample : audio) octets.push_back(g711_encode(law, sample));
  return octets;
}
inline Audio linear(G711Law law, const base::Bytes& octets) {
  Audio audio;
  for (const std::uint8_t octet : octets) audio.push_back(g711_decode(law, octet));
  return audio;
}

/// A bus whose 20 ms the test makes.
class SteppedBus {
 public:
  explicit SteppedBus(std::string socket = {}) : socket_(std::move(socket)) {}

  void step(int frames = 1) {
    for (int i = 0; i < frames; ++i) {
      bus.step();
      clock.advance(base::Millis{kFrameMs});
    }
  }
  std::vector<std::pair<tdm::PortId, tdm::Event>> take_events() { return std::exchange(events_, {}); }

 private:
  std::string socket_;
  std::vector<std::pair<tdm::PortId, tdm::Event>> events_;

 public:
  base::ManualClock clock{base::WallTime{}};
  tdm::Bus bus{{socket_, TonePlan::france, tdm::BusSettings::Clocking::by_step},
               [this](const tdm::PortId& port, const tdm::Event& event) { events_.emplace_back(port, event); },
               clock};
};

}  // namespace cadenas::media::test
