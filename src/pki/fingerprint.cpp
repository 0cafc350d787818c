#include "pki/fingerprint.hpp"

#include <cctype>

namespace cadenas::pki {
namespace {

constexpr std::size_t pairs_a_group = 8;
constexpr std::size_t sha1_digits = 40;
constexpr std::size_t sha256_digits = 64;

char lower(char c) {
  return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

/// Behind a name of the hash, which has digits of its own.
std::string_view without_label(std::string_view text) {
  if (const auto equals = text.rfind('='); equals != std::string_view::npos) return text.substr(equals + 1);
  for (const std::string_view label : {"sha-256", "sha256", "sha-1", "sha1"}) {
    if (text.size() <= label.size()) continue;
    std::string start(text.substr(0, label.size()));
    for (char& c : start) c = lower(c);
    if (start == label) return text.substr(label.size());
  }
  return text;
}

}  // namespace

std::string spell_fingerprint(std::string_view hex) {
  std::string out;
  for (std::size_t at = 0; at < hex.size(); ++at) {
    if (at > 0 && at % 2 == 0) out += at % (2 * pairs_a_group) == 0 ? ' ' : ':';
    out += static_cast<char>(std::toupper(static_cast<unsigned char>(hex[at])));
  }
  return out;
}

std::optional<std::string> read_fingerprint(std::string_view text) {
  std::string hex;
  for (const char c : without_label(text)) {
    if (std::isxdigit(static_cast<unsigned char>(c)) != 0) {
      hex += lower(c);
    } else if (std::string_view(": -\t").find(c) == std::string_view::npos) {
      return std::nullopt;
    }
  }
  if (hex.size() != sha1_digits && hex.size() != sha256_digits) return std::nullopt;
  return hex;
}

}  // namespace cadenas::pki
