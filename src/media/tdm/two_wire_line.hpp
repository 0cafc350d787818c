#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "media/audio/echo_canceller.hpp"
#include "media/audio/g711.hpp"
#include "media/tdm/slot_queue.hpp"

namespace cadenas::media::tdm {

/// The two wires behind an analogue port: its hybrid sends back part of what the port is said, and that echo is taken
/// out where the bus hears it, the only place where both directions are in step. A card answers each 20 ms with 20 ms,
/// so what it says is held against what it was said with the same number. Where it is behind for long, it left some out
/// or is that slow: it is held against what came later, which the echo never precedes, and the tail has to cover the
/// delay. On the bus's thread.
class TwoWireLine {
 public:
  /// `tail_ms` as that of EchoCanceller.
  TwoWireLine(G711Law law, unsigned tail_ms) : law_(law), canceller_(tail_ms) {}

  /// What goes to the port next, tones of ours too.
  void say(const SlotFrame& frame);
  /// That did not reach the card, which will not answer it.
  void unsay();
  /// Takes the echo out of what the port says next.
  void hear(SlotFrame& frame);
  /// So much of what the port said did not come.
  void miss(std::size_t frames);

 private:
  using Frame = std::array<std::int16_t, kFrameOctets>;
  static constexpr std::size_t kMostWaiting = 4;
  static constexpr unsigned kForLong = 50;  // frames

  G711Law law_;
  EchoCanceller canceller_;
  std::array<Frame, kMostWaiting> said_{};  // a ring
  std::size_t first_ = 0;
  std::size_t waiting_ = 0;
  unsigned behind_ = 0;  // frames in a row
};

}  // namespace cadenas::media::tdm
