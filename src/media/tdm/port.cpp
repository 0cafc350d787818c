#include "media/tdm/port.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace cadenas::media::tdm {
namespace {

constexpr std::array<std::string_view, 6> kKinds{"analogue", "digital", "dect", "s0", "t0", "t2"};
constexpr std::size_t kLongestShelfName = 32;

std::optional<std::uint8_t> small_number(std::string_view text) {
  std::uint8_t value = 0;
  const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (wrong != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::string_view name(PortKind kind) {
  return kKinds[static_cast<std::size_t>(kind)];
}

std::optional<PortKind> port_kind(std::string_view name) {
  const auto found = std::ranges::find(kKinds, name);
  if (found == kKinds.end()) return std::nullopt;
  return static_cast<PortKind>(found - kKinds.begin());
}

bool is_shelf_name(std::string_view name) {
  return !name.empty() && name.size() <= kLongestShelfName &&
         std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

std::string PortId::text() const {
  return shelf + "/" + std::to_string(at.line) + "/" + std::to_string(at.slot);
}

std::optional<PortId> PortId::parse(std::string_view text) {
  const std::size_t first = text.find('/');
  const std::size_t second = first == text.npos ? text.npos : text.find('/', first + 1);
  if (second == text.npos || !is_shelf_name(text.substr(0, first))) return std::nullopt;
  const auto line = small_number(text.substr(first + 1, second - first - 1));
  const auto slot = small_number(text.substr(second + 1));
  if (!line || !slot) return std::nullopt;
  PortId port{std::string(text.substr(0, first)), {*line, *slot}};
  return port.at.carries_voice() ? std::optional(std::move(port)) : std::nullopt;
}

}  // namespace cadenas::media::tdm
