#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/tdm/line_echo.hpp"
#include "base/error.hpp"
#include "media/tdm/port.hpp"

namespace cadenas::apps::tdm {

/// A port of the emulated shelf under the name that commands call it by.
struct NamedPort {
  std::string name;
  media::tdm::PortDescription port;
  std::optional<LineEcho> echo{};  ///< of its line

  friend bool operator==(const NamedPort&, const NamedPort&) = default;
};
/// Reads "NAME=LINE/SLOT,KIND[,hears-digits][,echo=DB/MS]", e.g. "desk=0/1,analogue,echo=6dB/12ms". Errors:
/// "option.port".
base::Result<NamedPort> parse_port(std::string_view text);

/// What the far exchange does with a call to a number.
struct FarNumber {
  enum class Does : std::uint8_t { answers, rings, releases } does = Does::answers;
  std::string number;
  std::string plays;        ///< a WAV file, once it has answered; empty: none
  std::uint8_t cause = 16;  ///< with which it releases

  friend bool operator==(const FarNumber&, const FarNumber&) = default;
};
/// Reads "NUMBER=answer[:FILE]", "NUMBER=ring", "NUMBER=busy" or "NUMBER=release:CAUSE". Errors: "option.far".
base::Result<FarNumber> parse_far(std::string_view text);

/// Makes the description of the shelf. Errors: "option.name", "option.port" (a name or slot twice).
base::Result<media::tdm::ShelfDescription> describe_shelf(const std::string& name, media::G711Law law,
                                                          const std::vector<NamedPort>& ports);

}  // namespace cadenas::apps::tdm
