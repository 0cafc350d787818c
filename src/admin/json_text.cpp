#include "admin/json_text.hpp"

#include <cstdint>

namespace cadenas::admin {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

// Octets of the well-formed sequence at the start of `text`, 0 if there is none.
std::size_t sequence(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t first = at(0);
  if (first < 0x80) return 1;
  const std::size_t size = first >= 0xC2 && first <= 0xDF   ? 2
                           : first >> 4 == 0xE              ? 3
                           : first >= 0xF0 && first <= 0xF4 ? 4
                                                            : 0;
  if (size == 0 || size > text.size()) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if (at(i) >> 6 != 2) return 0;
  }
  const std::uint8_t second = at(1);
  const bool overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
  const bool surrogate = first == 0xED && second > 0x9F;
  const bool too_great = first == 0xF4 && second > 0x8F;
  return overlong || surrogate || too_great ? 0 : size;
}

}  // namespace

std::string json_text(std::string_view from_network) {
  std::string out;
  while (!from_network.empty()) {
    const std::size_t size = sequence(from_network);
    out += size == 0 ? replacement : from_network.substr(0, size);
    from_network.remove_prefix(size == 0 ? 1 : size);
  }
  return out;
}

}  // namespace cadenas::admin
