#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace cadenas::store {

/// What is behind a port: the kinds of the TDM bus.
enum class TdmPortKind : std::uint8_t { analogue, digital, dect, s0, t0, t2 };
std::string_view to_string(TdmPortKind v);  ///< "analogue", …, "t2"
std::optional<TdmPortKind> parse_tdm_port_kind(std::string_view word);

/// It leads to another exchange and not to a terminal.
constexpr bool leads_out(TdmPortKind kind) {
  return kind == TdmPortKind::t0 || kind == TdmPortKind::t2;
}

/// A declared time slot of the TDM bus (ENC-2): a terminal with a number of its own, or a channel of a trunk. The
/// channels with the same prefix are one bundle: a call to it takes the first that is free, by shelf, line and slot.
struct TdmPort {
  std::string shelf;      ///< 1 to 32 of a-z, 0-9 and '-'
  std::uint8_t line = 0;  ///< 0 to 7
  std::uint8_t slot = 1;  ///< 1 to 15, 17 to 31
  TdmPortKind kind = TdmPortKind::analogue;
  std::string number{};        ///< of a terminal: as that of a subscription, unique among all
  std::string display_name{};  ///< of a terminal: UTF-8, at most 128 octets, no control characters
  std::string prefix{};        ///< of a trunk: numbers that begin with it are called by it; empty: it only calls
  unsigned strip = 0;          ///< of a trunk: characters of `prefix` that are not dialled there

  bool is_trunk() const { return leads_out(kind); }
  /// "shelf/line/slot": its name.
  std::string name() const;

  friend bool operator==(const TdmPort&, const TdmPort&) = default;
};

/// What a port must look like before the database is asked. Errors as Store::put_tdm_port names them.
base::Result<void> check(const TdmPort& port);

}  // namespace cadenas::store
