#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "media/tdm/call_control.hpp"
#include "media/tdm/port.hpp"

namespace cadenas::media::tdm {

/// A shelf without a card: whoever holds it is the sets and the far exchange. Any thread. Voice here is G.711 octets by
/// the law of the description.
class InProcessShelf {
 public:
  explicit InProcessShelf(ShelfDescription description);

  const ShelfDescription& description() const { return description_; }

  /// Something happens on a port; the bus hears of it with its next 20 ms.
  void tell(SlotId port, Event event);
  /// What the bus told the port and was not taken yet, the oldest first.
  std::optional<Command> next_command(SlotId port);

  /// Octets that the port will say, after those it has still to say; silence once they are said.
  void say(SlotId port, base::ByteView voice);
  /// What the port heard since the last call, at most the last minute.
  base::Bytes heard(SlotId port);

  /// Takes the shelf out of the bus, with its next 20 ms.
  void pull_out();

 private:
  friend class InProcessDriver;

  struct Port {
    std::deque<Command> commands;
    std::deque<std::uint8_t> to_say;
    std::deque<std::uint8_t> heard;
  };

  const ShelfDescription description_;
  std::mutex mutex_;
  std::map<SlotId, Port> ports_;
  std::vector<std::pair<SlotId, Event>> events_;
  bool pulled_out_ = false;
};

}  // namespace cadenas::media::tdm
