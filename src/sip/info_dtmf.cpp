#include "sip/info_dtmf.hpp"

#include <algorithm>

#include "sip/grammar.hpp"
#include "sip/header_values.hpp"

namespace cadenas::sip {

namespace {

std::optional<char> digit_of(std::string_view text) {
  constexpr std::string_view blank = " \t\r\n";
  const std::size_t first = std::min(text.find_first_not_of(blank), text.size());
  text.remove_prefix(first);
  text = text.substr(0, text.find_last_not_of(blank) + 1);
  // RFC 4733 event codes are written in numbers by some: 10 is `*`, 11 `#`.
  if (text == "10") return '*';
  if (text == "11") return '#';
  if (text.size() != 1) return std::nullopt;
  const char digit = text[0] >= 'a' && text[0] <= 'd' ? static_cast<char>(text[0] - 'a' + 'A') : text[0];
  if (std::string_view("0123456789*#ABCD").find(digit) == std::string_view::npos) return std::nullopt;
  return digit;
}

}  // namespace

std::optional<char> digit_of_info(std::string_view content_type, std::string_view body) {
  const auto type = MediaType::parse(content_type);
  if (!type) return std::nullopt;
  if (type->is("application", "dtmf")) return digit_of(body);
  if (!type->is("application", "dtmf-relay")) return std::nullopt;
  while (!body.empty()) {
    const std::size_t end = std::min(body.find('\n'), body.size());
    const std::string_view line = body.substr(0, end);
    body.remove_prefix(std::min(end + 1, body.size()));
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    if (grammar::same(grammar::trim(line.substr(0, equals)), "Signal")) return digit_of(line.substr(equals + 1));
  }
  return std::nullopt;
}

}  // namespace cadenas::sip
