#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "media/tdm/call_control.hpp"
#include "media/tdm/port.hpp"

namespace cadenas::media::tdm {

/// What a driver tells the bus, on the bus's thread and within `Driver::serve` only.
class DriverUser {
 public:
  virtual ~DriverUser() = default;
  /// The shelf is there; once and first. Refused: the driver tells the card, and then that it is gone.
  virtual base::Result<void> on_attached(ShelfDescription shelf) = 0;
  /// 20 ms of a line (see e1_block.hpp), with its number in the order of that line.
  virtual void on_block(std::uint8_t line, std::uint32_t sequence, base::ByteView block) = 0;
  virtual void on_event(SlotId port, const Event& event) = 0;
  /// The shelf is gone; last. `reason` is a stable code.
  virtual void on_gone(const std::string& reason) = 0;
};

/// How the bus reaches one shelf. All on the thread of the bus; nothing here blocks.
class Driver {
 public:
  virtual ~Driver() = default;
  /// Readable when there is something to serve; -1: nothing tells, it is served every 20 ms.
  virtual int descriptor() const = 0;
  /// Takes what the shelf sent since, but no more than a bound; call again when there is more.
  virtual void serve(DriverUser& user) = 0;
  /// 20 ms of a line. False if the card does not take it now.
  virtual bool send(std::uint8_t line, base::ByteView block) = 0;
  virtual void tell(SlotId port, const Command& command) = 0;
};

}  // namespace cadenas::media::tdm
