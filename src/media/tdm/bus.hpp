#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "media/audio/tone_table.hpp"
#include "media/tdm/call_control.hpp"
#include "media/tdm/port.hpp"
#include "media/tdm/slot_audio.hpp"
#include "media/tdm/time_slot.hpp"

namespace cadenas::media::tdm {

class InProcessShelf;

struct BusSettings {
  /// Where line cards attach: a Unix socket (SOCK_SEQPACKET, mode 0660); empty: none. A stale one is taken away first.
  std::string socket;
  TonePlan tones = TonePlan::generic;  ///< of the country
  /// Who makes the 20 ms go by: a thread of the bus, or calls of `step` (tests that own the time).
  enum class Clocking : std::uint8_t { own_thread, by_step } clocking = Clocking::own_thread;
  unsigned echo_tail_ms = 0;  ///< of analogue ports (TwoWireLine), at most 128; 0: their echo is left as it is
};

/// Hears of each event of each port. Called on the thread of the bus (or within `step`), with nothing locked: it must
/// not block, so it posts. It may call the bus. May be empty.
using EventSink = std::function<void(const PortId&, const Event&)>;

/// A port as it is now.
struct PortState {
  PortDescription port;
  bool in_service = false;
  bool off_hook = false;
  bool is_taken = false;  ///< its voice is in a TimeSlot, or joined with another port

  friend bool operator==(const PortState&, const PortState&) = default;
};
/// A shelf that attached at least once since the bus began.
struct ShelfState {
  std::string name;
  bool attached = false;
  bool stalled = false;  ///< attached and sends no voice
  G711Law law = G711Law::a;
  std::uint8_t lines = 0;
  std::vector<PortState> ports;       ///< in order of line and slot
  std::uint64_t blocks_received = 0;  ///< of one line and 20 ms
  std::uint64_t blocks_lost = 0;      ///< by their numbers, on the way from the card
  std::uint64_t blocks_excess = 0;    ///< more than the time they are for: thrown away
  std::uint64_t blocks_unsent = 0;    ///< the card did not take them
  std::uint64_t refused = 0;          ///< events that do not fit their port: passed over
  std::uint64_t attachments = 0;      ///< how often it attached

  friend bool operator==(const ShelfState&, const ShelfState&) = default;
};

/// The TDM bus of a media board: 8 kHz time slots of G.711 on the lines of shelves, which are line cards that attach to
/// a Unix socket, or live in this process. It moves voice every 20 ms on a thread of its own and never waits for a
/// card: one that stalls, floods or goes is counted, its ports hear and say silence and are out of service. Methods are
/// called from any thread, and from the sink.
class Bus {
 public:
  /// `clock` outlives it. Throws std::system_error when the machine refuses a thread or the socket.
  Bus(BusSettings settings, EventSink events, const base::Clock& clock);
  ~Bus();  ///< joins; cards are let go
  Bus(const Bus&) = delete;
  Bus& operator=(const Bus&) = delete;

  /// Puts in a shelf that lives in this process. InService follows for each port. One that cannot be taken (with the
  /// name of a shelf that is attached, or more than the bus can have) is passed over, and logged.
  void attach(std::shared_ptr<InProcessShelf> shelf);

  /// Tells the card of the port. To a port that is not in service it is passed over: OutOfService was told.
  void tell(const PortId& port, Command command);

  /// The port hears the tone until `quiet`, whoever else speaks to it.
  void play(const PortId& port, CallTone tone);
  void quiet(const PortId& port);

  /// Takes the voice of the port, for Board::open_slot or Board::join_slot. Who had it before, or was joined with the
  /// port, hears silence from now on. Errors: "tdm.no-port", "tdm.port-out-of-service".
  base::Result<TimeSlot> take(const PortId& port);
  /// The two ports hear each other, on the bus, without packets (ENC-5: clear by nature). Errors as `take`, and
  /// "tdm.same-port".
  base::Result<void> join(const PortId& a, const PortId& b);
  /// Ends what `join` made; either port names it. Nothing happens to a port that is not joined.
  void part(const PortId& port);

  /// None if no shelf ever had such a port.
  std::optional<PortState> port(const PortId& port) const;
  /// Of the voice of the port since it was last taken or joined; none before that.
  std::optional<SlotStats> stats(const PortId& port) const;
  std::vector<ShelfState> shelves() const;  ///< in order of their names

  /// Only with Clocking::by_step: does what was asked for, then the 20 ms that begin at the clock's time. The sink is
  /// called within.
  void step();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cadenas::media::tdm
