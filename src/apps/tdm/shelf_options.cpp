#include "apps/tdm/shelf_options.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>

#include "media/tdm/call_control.hpp"

namespace cadenas::apps::tdm {
namespace {

using media::tdm::PortId;
using media::tdm::PortKind;

constexpr std::uint8_t kBusy = 17;

std::pair<std::string_view, std::string_view> split(std::string_view text, char at) {
  const std::size_t found = text.find(at);
  if (found == text.npos) return {text, {}};
  return {text.substr(0, found), text.substr(found + 1)};
}

bool is_name(std::string_view name) {
  return media::tdm::is_shelf_name(name);
}

/// Takes a number, up to `most`, and `unit` off the front of the text.
std::optional<unsigned> take_number(std::string_view& text, std::string_view unit, unsigned most) {
  unsigned number = 0;
  const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), number);
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (bad != std::errc{} || number > most || !text.starts_with(unit)) return std::nullopt;
  text.remove_prefix(unit.size());
  return number;
}

/// Reads "6dB/12ms".
std::optional<LineEcho> parse_echo(std::string_view text) {
  const std::optional<unsigned> loss = take_number(text, "dB/", 60);
  const std::optional<unsigned> delay = take_number(text, "ms", 200);
  if (!loss || !delay || !text.empty()) return std::nullopt;
  return LineEcho{*loss, *delay};
}

/// What stands after the kind of a port.
bool take_flags(std::string_view flags, NamedPort& into) {
  while (!flags.empty()) {
    const auto [flag, rest] = split(flags, ',');
    flags = rest;
    if (flag == "hears-digits") {
      into.port.hears_digits = true;
    } else if (flag.starts_with("echo=")) {
      into.echo = parse_echo(flag.substr(5));
      if (!into.echo) return false;
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace

base::Result<NamedPort> parse_port(std::string_view text) {
  const auto [name, rest] = split(text, '=');
  const auto [place, how] = split(rest, ',');
  const auto [kind, flags] = split(how, ',');
  const std::optional<PortId> at = PortId::parse("x/" + std::string(place));
  const std::optional<PortKind> port_kind = media::tdm::port_kind(kind);
  NamedPort port{std::string(name), {}};
  if (!is_name(name) || !at || !port_kind || !take_flags(flags, port)) {
    return base::fail("option.port",
                      "A port is NAME=LINE/SLOT,KIND[,hears-digits][,echo=6dB/12ms], not " + std::string(text) + ".",
                      "port");
  }
  port.port.at = at->at;
  port.port.kind = *port_kind;
  return port;
}

base::Result<FarNumber> parse_far(std::string_view text) {
  const auto wrong = [text] {
    return base::fail("option.far",
                      "A number of the far exchange is NUMBER=answer[:FILE], =ring, =busy or =release:CAUSE, not " +
                          std::string(text) + ".",
                      "far");
  };
  const auto [number, does] = split(text, '=');
  const auto [verb, argument] = split(does, ':');
  if (number.empty() || media::tdm::as_number(number) != number) return wrong();
  FarNumber far;
  far.number = number;
  if (verb == "answer") {
    far.plays = argument;
    return far;
  }
  if (verb == "ring" && argument.empty()) {
    far.does = FarNumber::Does::rings;
    return far;
  }
  far.does = FarNumber::Does::releases;
  far.cause = kBusy;
  if (verb == "busy" && argument.empty()) return far;
  const auto [end, bad] = std::from_chars(argument.data(), argument.data() + argument.size(), far.cause);
  if (verb != "release" || bad != std::errc{} || end != argument.data() + argument.size() || far.cause == 0 ||
      far.cause > 127) {
    return wrong();
  }
  return far;
}

base::Result<media::tdm::ShelfDescription> describe_shelf(const std::string& name, media::G711Law law,
                                                          const std::vector<NamedPort>& ports) {
  if (!media::tdm::is_shelf_name(name)) {
    return base::fail("option.name", "The name of a shelf is up to 32 of a-z, 0-9 and -.", "name");
  }
  media::tdm::ShelfDescription shelf{name, law, 1, {}};
  std::set<std::string> names;
  std::set<media::tdm::SlotId> slots;
  for (const NamedPort& port : ports) {
    if (!names.insert(port.name).second || !slots.insert(port.port.at).second) {
      return base::fail("option.port", "The port " + port.name + " or its slot is there twice.", "port");
    }
    shelf.lines = std::max<std::uint8_t>(shelf.lines, port.port.at.line + 1);
    shelf.ports.push_back(port.port);
  }
  return shelf;
}

}  // namespace cadenas::apps::tdm
