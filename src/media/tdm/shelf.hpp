#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "media/audio/dtmf_detector.hpp"
#include "media/audio/tone.hpp"
#include "media/side_counters.hpp"
#include "media/tdm/bus.hpp"
#include "media/tdm/driver.hpp"
#include "media/tdm/e1_block.hpp"
#include "media/tdm/slot_channel.hpp"
#include "media/tdm/two_wire_line.hpp"

namespace cadenas::media::tdm {

/// Where the voice of a port goes to and comes from.
struct Wiring {
  std::shared_ptr<SlotChannel> channel;  ///< null: to nobody
  bool is_far_end = false;               ///< of two joined ports the one that hears what the channel calls heard
  const std::array<std::uint8_t, 256>* recoding = nullptr;  ///< of what the port says, to the other's law; null: same
  std::optional<PortId> joined_with;

  SlotQueue& from_port() const { return is_far_end ? channel->said : channel->heard; }
  SlotQueue& to_port() const { return is_far_end ? channel->heard : channel->said; }
};

/// The live form of the numbers of ShelfState. Written by the bus's thread, read by any.
struct ShelfCounters {
  Counter blocks_received, blocks_lost, blocks_excess, blocks_unsent, refused, attachments;

  void read(ShelfState& into) const;
};

/// A shelf as the bus has it, attached or not: the state of its ports and the way of their voice. On the bus's thread.
class Shelf {
 public:
  /// What is to be told to the sink is put into `news`. Both outlive it.
  Shelf(std::string name, const BusSettings& settings, std::vector<std::pair<PortId, Event>>& news)
      : name_(std::move(name)), settings_(settings), news_(news) {}
  Shelf(const Shelf&) = delete;
  Shelf& operator=(const Shelf&) = delete;

  const std::string& name() const { return name_; }
  bool is_attached() const { return driver_ != nullptr; }
  /// `driver` stays until `detach`. The ports are those of the description from now on.
  void attach(const ShelfDescription& description, Driver& driver, base::SteadyTime now);
  void detach(const std::string& reason);

  void receive(std::uint8_t line, std::uint32_t sequence, base::ByteView block, base::SteadyTime now);
  void hear_of(SlotId port, const Event& event);
  /// Says the next 20 ms to every port.
  void step(base::SteadyTime now);

  // A port that is not there, or not in service, is passed over.
  void tell(SlotId port, const Command& command);
  void play(SlotId port, CallTone tone);
  void quiet(SlotId port);
  void wire(SlotId port, Wiring wiring);
  void unwire(SlotId port);
  std::optional<PortId> joined_with(SlotId port) const;

  /// The state changed since it was last asked.
  bool take_changed() { return std::exchange(changed_, false); }
  ShelfState state() const;  ///< without numbers
  std::shared_ptr<const ShelfCounters> counters() const { return counters_; }
  G711Law law() const { return law_; }

 private:
  struct Port {
    PortDescription description;
    bool is_working = true;  // by the word of the card
    bool in_service = false;
    bool off_hook = false;
    Wiring wiring;
    std::optional<ToneGenerator> tone;
    std::optional<DtmfDetector> detector;
    std::optional<TwoWireLine> two_wires;  // off hook
  };
  struct Line {
    base::SteadyTime last_block;
    bool stalled = false;
    std::optional<std::uint32_t> next_sequence;
    int allowance = 0;  // blocks that may come before the next 20 ms
  };

  Port* find(SlotId port);
  Port* in_service(SlotId port);
  void put_in_service(Port& port);
  void take_out_of_service(Port& port, const std::string& reason);
  void tell_sink(const Port& port, Event event);
  void hook(Port& port, bool off);
  void stall(std::uint8_t line, bool stalled);
  void hear(Port& port, SlotFrame& frame);
  void say(Port& port);
  template <class Does>
  void on_two_wires(std::uint8_t line, Does does);
  bool takes(const Port& port, const Event& event) const;

  std::string name_;
  const BusSettings& settings_;
  std::vector<std::pair<PortId, Event>>& news_;
  Driver* driver_ = nullptr;
  G711Law law_ = G711Law::a;
  std::vector<Line> lines_;
  std::map<SlotId, Port> ports_;
  std::array<std::uint8_t, kBlockOctets> block_{};
  std::shared_ptr<ShelfCounters> counters_ = std::make_shared<ShelfCounters>();
  bool changed_ = false;
};

}  // namespace cadenas::media::tdm
