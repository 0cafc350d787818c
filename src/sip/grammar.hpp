#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/error.hpp"

/// The core rules of RFC 3261 §25.1 that every parser of this room is made of.
namespace cadenas::sip::grammar {

/// Character classes; a character may be of several.
enum Class : std::uint16_t {
  token = 1 << 0,  ///< token
  word = 1 << 1,   ///< word, as in Call-ID
  blank = 1 << 2,  ///< SP, HT
  digit = 1 << 3,
  hex = 1 << 4,
  user = 1 << 5,        ///< user, without "%"; "#" besides
  password = 1 << 6,    ///< password, without "%"
  uri_param = 1 << 7,   ///< paramchar, without "%"
  uri_header = 1 << 8,  ///< hname and hvalue, without "%", "=" and "&"
  uric = 1 << 9,        ///< reserved and unreserved of RFC 2396, without "%"
  host = 1 << 10,       ///< hostname ("_" besides), IPv4address
  gen_value = 1 << 11,  ///< token or host as the value of a parameter
  alpha = 1 << 12,
  alnum = digit | alpha,
};

constexpr std::array<std::uint16_t, 256> make_classes() {
  std::array<std::uint16_t, 256> t{};
  const auto add = [&t](std::string_view characters, unsigned bits) {
    for (const char c : characters)
      t[static_cast<unsigned char>(c)] = static_cast<std::uint16_t>(t[static_cast<unsigned char>(c)] | bits);
  };
  constexpr unsigned everywhere = token | word | user | password | uri_param | uri_header | uric | gen_value;
  add("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", everywhere | host | alpha);
  add("0123456789", everywhere | host | digit);
  add("0123456789abcdefABCDEF", hex);
  add("-.", everywhere | host);
  add("_", everywhere | host);
  add("!*", everywhere);
  add("~'", everywhere);
  add("()", word | user | password | uri_param | uri_header | uric);
  add("%", token | word | gen_value);
  add("+", token | word | user | password | uri_param | uri_header | uric | gen_value);
  add("`", token | word | gen_value);
  add("<>:\\\"/[]?{}", word);
  add(" \t", blank);
  add("&=+$,", user | password | uric);
  add(";?/#", user);
  add("[]/:&+$", uri_param);
  add("[]/?:+$", uri_header);
  add(";/?:@[]", uric);
  add("[]:", gen_value);
  return t;
}
inline constexpr std::array<std::uint16_t, 256> classes = make_classes();

constexpr bool is(char c, unsigned of) {
  return (classes[static_cast<unsigned char>(c)] & of) != 0;
}
/// Index of the first character at or after `at` that is not of the class.
constexpr std::size_t skip(std::string_view text, std::size_t at, unsigned of) {
  while (at < text.size() && is(text[at], of)) ++at;
  return at;
}
/// Not empty and all of the class.
constexpr bool all(std::string_view text, unsigned of) {
  return !text.empty() && skip(text, 0, of) == text.size();
}
/// All of the class or %-escapes; may be empty.
constexpr bool all_escaped(std::string_view text, unsigned of) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is(text[i], of)) continue;
    if (text[i] != '%' || i + 2 >= text.size() || !is(text[i + 1], hex) || !is(text[i + 2], hex)) return false;
    i += 2;
  }
  return true;
}
/// Without blanks at both ends.
constexpr std::string_view trim(std::string_view text) {
  while (!text.empty() && is(text.front(), blank)) text.remove_prefix(1);
  while (!text.empty() && is(text.back(), blank)) text.remove_suffix(1);
  return text;
}
constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}
/// Equal without regard to the case of ASCII letters.
constexpr bool same(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (a[i] != b[i] && lower(a[i]) != lower(b[i])) return false;
  return true;
}
/// `text[at]` is a quote; the index behind the closing one, or npos if there is none.
constexpr std::size_t quoted_end(std::string_view text, std::size_t at) {
  for (std::size_t i = at + 1; i < text.size(); ++i) {
    if (text[i] == '"') return i + 1;
    if (text[i] == '\\') ++i;
  }
  return std::string_view::npos;
}
/// Decimal digits only, up to `most`.
constexpr std::optional<std::uint64_t> number(std::string_view text, std::uint64_t most) {
  if (text.empty()) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text) {
    if (!is(c, digit)) return std::nullopt;
    const auto d = static_cast<std::uint64_t>(c - '0');
    if (value > (most - d) / 10) return std::nullopt;
    value = value * 10 + d;
  }
  return value;
}
constexpr int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char l = lower(c);
  return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

/// word [ "@" word ] (RFC 3261 §25.1 callid).
constexpr bool is_call_id(std::string_view text) {
  const std::size_t at = text.find('@');
  return all(text.substr(0, at), word) && (at == std::string_view::npos || all(text.substr(at + 1), word));
}

/// What a parser of this room stumbled over; a constant, so that the way to it costs nothing.
struct Fault {
  const char* code;
  const char* message;
};
inline tl::unexpected<base::Error> refuse(const Fault* fault, std::string_view field = {}) {
  return base::fail(fault->code, fault->message, std::string(field));
}

}  // namespace cadenas::sip::grammar
