#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "media/audio/tone_table.hpp"

namespace cadenas::media::tdm {

inline constexpr std::size_t kMostDigits = 32;  ///< of a number

// What the card of a port and the iPBX say to each other. There is no Q.931 here: the card has that (or plays it), and
// these are the events a call is made of.

/// The port can have calls. After a shelf attached, one for each of its ports; and when the card says so.
struct InService {
  friend bool operator==(const InService&, const InService&) = default;
};
/// No calls on the port; what it had is over. The hook is forgotten: after InService a port is on hook until it says
/// otherwise.
struct OutOfService {
  std::string reason;  ///< a stable code: "tdm.card-gone", "tdm.card-stalled", "tdm.port-fault", "tdm.port-removed"
  friend bool operator==(const OutOfService&, const OutOfService&) = default;
};
struct OffHook {
  friend bool operator==(const OffHook&, const OffHook&) = default;
};
struct OnHook {
  friend bool operator==(const OnHook&, const OnHook&) = default;
};
/// The hook was down for a moment, or the key R was pressed.
struct HookFlash {
  friend bool operator==(const HookFlash&, const HookFlash&) = default;
};
/// A digit was dialled, at any time of a call. On ports without hook: one more of the called number (overlap sending).
struct Digit {
  char digit = '0';  ///< `0`…`9`, `*`, `#`, `A`…`D`
  friend bool operator==(const Digit&, const Digit&) = default;
};
/// A call begins on a port without hook. As event it comes from the card, as command it goes there. Numbers are up to
/// kMostDigits of `0`…`9`, `*`, `#`, `+`; what else a command holds is left out.
struct Setup {
  std::string called;   ///< may be empty or incomplete where the other side sends digits one by one
  std::string calling;  ///< empty: withheld or not known
  friend bool operator==(const Setup&, const Setup&) = default;
};
/// The called side rings.
struct Alerting {
  friend bool operator==(const Alerting&, const Alerting&) = default;
};
struct Answer {
  friend bool operator==(const Answer&, const Answer&) = default;
};
/// The call is over, or refused.
struct Release {
  std::uint8_t cause = 16;  ///< ITU-T Q.850 §2.2.5, 1…127: 16 normal, 17 busy, 1 unallocated number, 34 no channel, …
  friend bool operator==(const Release&, const Release&) = default;
};

/// From the card, or from the bus about the card.
using Event =
    std::variant<InService, OutOfService, OffHook, OnHook, HookFlash, Digit, Setup, Alerting, Answer, Release>;

/// How a set rings, again and again.
struct RingCadence {
  std::uint16_t on_ms = 1000;
  std::uint16_t off_ms = 4000;
  friend bool operator==(const RingCadence&, const RingCadence&) = default;
};
/// As the ringback tone of the country is.
RingCadence ring_cadence(TonePlan plan);

/// The set on a port with hook rings until StopRing or OffHook.
struct Ring {
  std::string calling;  ///< for sets that show it, as in Setup
  RingCadence cadence;
  friend bool operator==(const Ring&, const Ring&) = default;
};
struct StopRing {
  friend bool operator==(const StopRing&, const StopRing&) = default;
};

/// To the card. Ring and StopRing for ports with hook, the others for ports without.
using Command = std::variant<Ring, StopRing, Setup, Alerting, Answer, Release>;

/// `0`…`9`, `*`, `#`, `+`.
constexpr bool is_number_digit(char c) {
  return (c >= '0' && c <= '9') || c == '*' || c == '#' || c == '+';
}
/// What of the text can be in a number: the first kMostDigits of its digits.
std::string as_number(std::string_view text);

}  // namespace cadenas::media::tdm
