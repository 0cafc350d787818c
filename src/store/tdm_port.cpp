#include "store/tdm_port.hpp"

#include <algorithm>

#include "store/input_rules.hpp"
#include "store/words.hpp"

namespace cadenas::store {

namespace {

constexpr Words<TdmPortKind, 6> kinds{{{TdmPortKind::analogue, "analogue"},
                                       {TdmPortKind::digital, "digital"},
                                       {TdmPortKind::dect, "dect"},
                                       {TdmPortKind::s0, "s0"},
                                       {TdmPortKind::t0, "t0"},
                                       {TdmPortKind::t2, "t2"}}};
constexpr std::size_t longest_shelf = 32;
constexpr unsigned most_lines = 8;
constexpr unsigned slots = 32;            // of an E1 (ITU-T G.704)
constexpr unsigned signalling_slot = 16;  // and slot 0 frames

bool is_shelf_name(std::string_view name) {
  return !name.empty() && name.size() <= longest_shelf && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

base::Result<void> check_trunk(const TdmPort& port) {
  if (!port.number.empty() || !port.display_name.empty()) {
    return base::fail("tdm.number-of-trunk", "A channel of a trunk has no number of its own, but a prefix.", "number");
  }
  if (!port.prefix.empty() && !check_number(port.prefix)) {
    return base::fail("tdm.prefix-invalid", "A prefix has 1 to 32 characters out of letters, digits and * # + . _ -.",
                      "prefix");
  }
  if (port.strip > port.prefix.size()) {
    return base::fail("tdm.strip-invalid", "No more characters are stripped than the prefix has.", "strip");
  }
  return {};
}

}  // namespace

std::string_view to_string(TdmPortKind v) {
  return word_of(kinds, v);
}
std::optional<TdmPortKind> parse_tdm_port_kind(std::string_view word) {
  return value_of(kinds, word);
}

std::string TdmPort::name() const {
  return shelf + "/" + std::to_string(line) + "/" + std::to_string(slot);
}

base::Result<void> check(const TdmPort& port) {
  const bool carries_voice =
      port.line < most_lines && port.slot > 0 && port.slot < slots && port.slot != signalling_slot;
  if (!is_shelf_name(port.shelf)) {
    return base::fail("tdm.shelf-invalid", "A shelf has a name of 1 to 32 characters out of a-z, 0-9 and -.", "shelf");
  }
  if (!carries_voice) {
    return base::fail("tdm.slot-invalid", "A port is on line 0 to 7 and in slot 1 to 15 or 17 to 31.", "slot");
  }
  if (port.is_trunk()) return check_trunk(port);
  if (!port.prefix.empty() || port.strip != 0) {
    return base::fail("tdm.prefix-of-terminal", "Only a channel of a trunk has a prefix.", "prefix");
  }
  if (!check_number(port.number)) {
    return base::fail("tdm.number-invalid", "A number has 1 to 32 characters out of letters, digits and * # + . _ -.",
                      "number");
  }
  return check_display_name(port.display_name, "tdm.display-name-invalid");
}

}  // namespace cadenas::store
