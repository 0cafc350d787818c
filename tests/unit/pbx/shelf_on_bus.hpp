#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "call_harness.hpp"
#include "media/tdm/in_process_shelf.hpp"

namespace cadenas::pbx::test {

/// An iPBX with a TDM bus as it is, in the test's time, and a shelf in this process: events, tones and voice are real.
class ShelfOnBus : public ::testing::Test {
 protected:
  using SlotId = media::tdm::SlotId;
  static constexpr std::uint8_t silence = 0xd5;  // of the A-law
  static constexpr std::uint8_t loud = 0x2a;

  explicit ShelfOnBus(std::vector<media::tdm::PortDescription> ports)
      : shelf(std::make_shared<media::tdm::InProcessShelf>(described(std::move(ports)))) {
    exchange.services.tdm = &tdm;
    bus.attach(shelf);
  }
  store::TdmPort& declare(const SlotId& at, store::TdmPortKind kind) {
    store::TdmPort port;
    port.shelf = "shelf";
    port.line = at.line;
    port.slot = at.slot;
    port.kind = kind;
    return exchange.tdm_ports[port.name()] = port;
  }
  /// So many times 20 ms.
  void pass(int frames) {
    for (int i = 0; i < frames; ++i) {
      exchange.clock.advance(base::Millis{20});
      bus.step();
      exchange.settle();
    }
  }
  bool hears_something(const SlotId& port) {
    const auto heard = shelf->heard(port);
    return std::any_of(heard.begin(), heard.end(),
                       [](std::uint8_t octet) { return (octet & 0x7f) != (silence & 0x7f); });
  }
  /// What the one says the other hears.
  bool carries(const SlotId& from, const SlotId& to) {
    static_cast<void>(shelf->heard(to));
    shelf->say(from, base::Bytes(3200, loud));
    pass(25);
    const auto heard = shelf->heard(to);
    return std::count(heard.begin(), heard.end(), loud) > 1000;
  }

 private:
  static media::BoardSettings on_loopback() {
    media::BoardSettings out;
    out.bind_ip4 = *base::Endpoint::parse("127.0.0.1", 0);
    return out;
  }
  static media::tdm::ShelfDescription described(std::vector<media::tdm::PortDescription> ports) {
    media::tdm::ShelfDescription out;
    out.name = "shelf";
    out.ports = std::move(ports);
    return out;
  }

 protected:
  Exchange exchange{2};
  EipService eip;
  media::Board board{on_loopback(), exchange.clock};
  media::tdm::Bus bus{{{}, media::TonePlan::generic, media::tdm::BusSettings::Clocking::by_step},
                      [this](const media::tdm::PortId& port, const media::tdm::Event& event) {
                        TdmPorts::deliver(exchange.services, port, event);
                      },
                      exchange.clock};
  BoardTdm tdm{bus, board, eip};
  std::shared_ptr<media::tdm::InProcessShelf> shelf;
};

}  // namespace cadenas::pbx::test
