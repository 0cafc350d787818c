#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "media/audio/frame.hpp"
#include "media/audio/g711.hpp"

namespace cadenas::media::tdm {

/// A line is an E1 (ITU-T G.704): 32 time slots of 64 kbit/s. Slot 0 holds the framing and slot 16 is the one that
/// signalling has on an E1, so neither carries voice here, though signalling goes beside the line.
inline constexpr unsigned kSlots = 32;
inline constexpr unsigned kFramingSlot = 0;
inline constexpr unsigned kSignallingSlot = 16;
inline constexpr unsigned kMostLines = 8;                                              ///< of one shelf
inline constexpr std::size_t kFrameOctets = samples_in(SampleRate::narrow, kFrameMs);  ///< of one slot in 20 ms

/// What is behind a time slot.
enum class PortKind : std::uint8_t {
  analogue,  ///< a set on two wires
  digital,   ///< a set on a digital line
  dect,      ///< a handset on a base station of the TDM side
  s0,        ///< a channel of a bus of ISDN terminals
  t0,        ///< a channel of an ISDN basic access to the exchange
  t2,        ///< a channel of an ISDN primary access to the exchange
};
/// "analogue", "digital", "dect", "s0", "t0", "t2".
std::string_view name(PortKind kind);
std::optional<PortKind> port_kind(std::string_view name);

/// Its calls are told by hook and digits; those of the others by messages with a whole number (Setup, Answer, …).
constexpr bool has_hook(PortKind kind) {
  return kind == PortKind::analogue || kind == PortKind::digital || kind == PortKind::dect;
}
/// It leads to another exchange and not to a terminal.
constexpr bool is_trunk(PortKind kind) {
  return kind == PortKind::t0 || kind == PortKind::t2;
}

/// A time slot of a shelf.
struct SlotId {
  std::uint8_t line = 0;  ///< 0…7
  std::uint8_t slot = 1;  ///< 1…15, 17…31

  bool carries_voice() const {
    return line < kMostLines && slot < kSlots && slot != kFramingSlot && slot != kSignallingSlot;
  }
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the 0 that orders are compared with for a pointer
  friend auto operator<=>(const SlotId&, const SlotId&) = default;
};

/// Names a port in the whole system: the shelf by its own name, and the time slot.
struct PortId {
  std::string shelf;
  SlotId at;

  /// "shelf/line/slot", as API, command line and log write it.
  std::string text() const;
  /// Nothing for what is not written so, or is no slot that carries voice.
  static std::optional<PortId> parse(std::string_view text);
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the 0 that orders are compared with for a pointer
  friend auto operator<=>(const PortId&, const PortId&) = default;
};

/// 1…32 of a-z, 0-9 and '-'.
bool is_shelf_name(std::string_view name);

/// A port as its card describes it.
struct PortDescription {
  SlotId at;
  PortKind kind = PortKind::analogue;
  bool hears_digits = false;  ///< the card tells what is dialled in tones; else the bus listens while it is off hook

  friend bool operator==(const PortDescription&, const PortDescription&) = default;
};

/// What a card says of itself when it attaches.
struct ShelfDescription {
  std::string name;
  G711Law law = G711Law::a;  ///< of all its slots
  std::uint8_t lines = 1;    ///< 1…8
  std::vector<PortDescription> ports;

  friend bool operator==(const ShelfDescription&, const ShelfDescription&) = default;
};

}  // namespace cadenas::media::tdm
