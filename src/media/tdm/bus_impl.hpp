#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <poll.h>

#include "media/descriptor.hpp"
#include "media/frame_clock.hpp"
#include "media/tdm/bus.hpp"
#include "media/tdm/card_listener.hpp"
#include "media/tdm/driver.hpp"
#include "media/tdm/shelf.hpp"

namespace cadenas::media::tdm {

/// The inside of the bus. What is asked for is checked against a copy of the state, and posted to the bus's thread,
/// which owns shelves and drivers.
class Bus::Impl {
 public:
  Impl(BusSettings settings, EventSink events, const base::Clock& clock);
  ~Impl();

  // Any thread.
  void post(std::function<void()> work);
  base::Result<G711Law> law_of_usable(const PortId& port) const;
  void remember(const PortId& port, std::shared_ptr<const SlotChannel> channel, bool is_far_end);
  std::optional<SlotStats> stats(const PortId& port) const;
  std::optional<PortState> port(const PortId& port) const;
  std::vector<ShelfState> shelves() const;

  // The bus's thread.
  void step();
  void attach(std::unique_ptr<Driver> driver);
  Shelf* shelf(const PortId& port);
  void wire(const PortId& port, Wiring wiring);
  void unwire(const PortId& port);

 private:
  /// A driver with what it has told so far.
  struct Attachment final : DriverUser {
    Attachment(Impl& owner, std::unique_ptr<Driver> with, base::SteadyTime at)
        : bus(owner), driver(std::move(with)), since(at) {}
    base::Result<void> on_attached(ShelfDescription description) override;
    void on_block(std::uint8_t line, std::uint32_t sequence, base::ByteView block) override;
    void on_event(SlotId port, const Event& event) override;
    void on_gone(const std::string& reason) override;

    Impl& bus;
    std::unique_ptr<Driver> driver;
    base::SteadyTime since;
    Shelf* shelf = nullptr;
    unsigned served = 0;  // times in these 20 ms
    bool is_gone = false;
  };

  void run();
  void wait();
  void obey();
  void serve(Attachment& attachment);
  void serve_all();
  void accept();
  void frame(base::SteadyTime now);
  void publish();

  const base::Clock& clock_;
  const BusSettings settings_;
  const EventSink sink_;

  struct Known {
    ShelfState state;
    std::shared_ptr<const ShelfCounters> counters;
  };
  struct Traffic {
    std::shared_ptr<const SlotChannel> channel;
    bool is_far_end;
  };
  mutable std::mutex mutex_;  // guards the next three; never held while voice is moved
  std::vector<std::function<void()>> posted_;
  std::map<std::string, Known> known_;
  std::map<PortId, Traffic> traffic_;

  Descriptor wake_;
  std::atomic<bool> stopping_{false};
  std::vector<std::pair<PortId, Event>> news_;
  std::map<std::string, std::unique_ptr<Shelf>> shelves_;
  std::list<Attachment> attachments_;
  std::optional<CardListener> listener_;
  FrameClock frames_;
  std::vector<pollfd> polled_;
  std::thread thread_;
};

}  // namespace cadenas::media::tdm
