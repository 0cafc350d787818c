#include <algorithm>

#include <arpa/inet.h>

#include "sip/grammar.hpp"
#include "sip/sdp.hpp"

namespace cadenas::sip {

using namespace grammar;

namespace {

// Lines in the order RFC 8866 §5 wants them; a section's own m= line is not among its lines.
constexpr std::string_view line_order = "vosiuepcbtrzka";

std::optional<Direction> direction_named(std::string_view name) {
  for (const auto d : {Direction::sendrecv, Direction::sendonly, Direction::recvonly, Direction::inactive})
    if (name == to_string(d)) return d;
  return std::nullopt;
}

bool carries_key(char type, std::string_view value) {
  if (type == 'k') return !value.empty();
  if (type != 'a') return false;
  const auto name = value.substr(0, value.find(':'));
  return same(name, "crypto") || same(name, "key-mgmt") || same(name, "ice-pwd");
}

}  // namespace

std::string_view to_string(Direction direction) {
  switch (direction) {
    case Direction::sendrecv:
      return "sendrecv";
    case Direction::sendonly:
      return "sendonly";
    case Direction::recvonly:
      return "recvonly";
    case Direction::inactive:
      return "inactive";
  }
  return {};
}

Direction mirrored(Direction direction) {
  if (direction == Direction::sendonly) return Direction::recvonly;
  return direction == Direction::recvonly ? Direction::sendonly : direction;
}

SdpLine::SdpLine(char type, std::string_view value) : type_(type) {
  if (carries_key(type, value)) {
    secret_ = base::SecretBytes::copy_of(base::as_bytes(value));
  } else {
    text_ = value;
  }
}

std::string_view SdpLine::attribute_name() const {
  return type_ == 'a' ? value().substr(0, value().find(':')) : std::string_view{};
}

std::string_view SdpLine::attribute_value() const {
  if (type_ != 'a') return {};
  const std::size_t colon = value().find(':');
  return colon == std::string_view::npos ? std::string_view{} : value().substr(colon + 1);
}

std::optional<std::string_view> SdpSection::line(char type) const {
  for (const SdpLine& l : lines)
    if (l.type() == type) return l.value();
  return std::nullopt;
}

void SdpSection::set_line(char type, std::string_view value) {
  for (SdpLine& l : lines) {
    if (l.type() != type) continue;
    l = SdpLine(type, value);
    return;
  }
  const std::size_t rank = line_order.find(type);
  const auto behind =
      std::find_if(lines.begin(), lines.end(), [rank](const SdpLine& l) { return line_order.find(l.type()) > rank; });
  lines.insert(behind, SdpLine(type, value));
}

void SdpSection::remove_lines(char type) {
  std::erase_if(lines, [type](const SdpLine& l) { return l.type() == type; });
}

std::optional<std::string_view> SdpSection::attribute(std::string_view name) const {
  for (const SdpLine& l : lines)
    if (l.type() == 'a' && l.attribute_name() == name) return l.attribute_value();
  return std::nullopt;
}

std::vector<std::string_view> SdpSection::attributes(std::string_view name) const {
  std::vector<std::string_view> out;
  for (const SdpLine& l : lines)
    if (l.type() == 'a' && l.attribute_name() == name) out.push_back(l.attribute_value());
  return out;
}

void SdpSection::add_attribute(std::string_view name, std::string_view value) {
  std::string text(name);
  if (!value.empty()) text.append(":").append(value);
  lines.emplace_back('a', text);
  base::secure_wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
}

void SdpSection::set_attribute(std::string_view name, std::string_view value) {
  std::string text(name);
  if (!value.empty()) text.append(":").append(value);
  const auto is_it = [name](const SdpLine& l) { return l.type() == 'a' && l.attribute_name() == name; };
  const auto first = std::find_if(lines.begin(), lines.end(), is_it);
  if (first == lines.end()) {
    lines.emplace_back('a', text);
    return;
  }
  *first = SdpLine('a', text);
  lines.erase(std::remove_if(first + 1, lines.end(), is_it), lines.end());
}

std::size_t SdpSection::remove_attributes(std::string_view name) {
  return std::erase_if(lines, [name](const SdpLine& l) { return l.type() == 'a' && l.attribute_name() == name; });
}

std::optional<Direction> SdpSection::own_direction() const {
  for (const SdpLine& l : lines)
    if (l.type() == 'a')
      if (const auto found = direction_named(l.value())) return found;
  return std::nullopt;
}

void SdpSection::set_direction(Direction direction) {
  std::erase_if(lines, [](const SdpLine& l) { return l.type() == 'a' && direction_named(l.value()).has_value(); });
  add_attribute(to_string(direction));
}

std::optional<std::string> SdpSection::own_address() const {
  const auto value = line('c');
  if (!value || (value->substr(0, 7) != "IN IP4 " && value->substr(0, 7) != "IN IP6 ")) return std::nullopt;
  const auto address = trim(value->substr(7));
  const auto bare = address.substr(0, address.find('/'));
  if (bare.empty() || bare.find_first_of(" \t") != std::string_view::npos) return std::nullopt;
  return std::string(bare);
}

void SdpSection::set_address(std::string_view address) {
  const bool v6 = address.find(':') != std::string_view::npos;
  set_line('c', std::string(v6 ? "IN IP6 " : "IN IP4 ").append(address));
}

}  // namespace cadenas::sip
