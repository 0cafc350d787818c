#include "sip/sdp_dtls.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace cadenas::sip {
namespace {

constexpr std::size_t most_octets = 64;
constexpr std::array<std::pair<SetupRole, std::string_view>, 4> setup_words{{{SetupRole::active, "active"},
                                                                             {SetupRole::passive, "passive"},
                                                                             {SetupRole::actpass, "actpass"},
                                                                             {SetupRole::holdconn, "holdconn"}}};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

std::string_view without_blanks(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool is_hash_name(std::string_view text) {
  return !text.empty() && text.size() <= 32 && std::ranges::all_of(text, [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '/';
  });
}

base::Error malformed() {
  return {"sdp.fingerprint", "A fingerprint is the name of a hash function and pairs of hex digits (RFC 8122 5).",
          "fingerprint"};
}

}  // namespace

base::Result<SdpFingerprint> SdpFingerprint::parse(std::string_view value) {
  value = without_blanks(value);
  const std::size_t blank = value.find(' ');
  if (blank == std::string_view::npos) return tl::unexpected(malformed());
  SdpFingerprint out{lower(value.substr(0, blank)), {}};
  const std::string_view digits = without_blanks(value.substr(blank));
  if (!is_hash_name(out.hash) || digits.size() % 3 != 2 || digits.size() > 3 * most_octets - 1) {
    return tl::unexpected(malformed());
  }
  for (std::size_t at = 0; at < digits.size(); at += 3) {
    const auto octet = base::from_hex(digits.substr(at, 2));
    if (!octet || (at > 0 && digits[at - 1] != ':')) return tl::unexpected(malformed());
    out.value.push_back(octet->front());
  }
  return out;
}

std::string SdpFingerprint::to_string() const {
  std::string out = hash;
  char before = ' ';
  const std::string hex = base::to_hex(value);
  for (std::size_t at = 0; at < hex.size(); at += 2) {
    out += std::exchange(before, ':');
    out += static_cast<char>(std::toupper(static_cast<unsigned char>(hex[at])));
    out += static_cast<char>(std::toupper(static_cast<unsigned char>(hex[at + 1])));
  }
  return out;
}

std::string_view to_string(SetupRole role) {
  return std::ranges::find(setup_words, role, &std::pair<SetupRole, std::string_view>::first)->second;
}

std::optional<SetupRole> parse_setup(std::string_view value) {
  value = without_blanks(value);
  const auto found = std::ranges::find(setup_words, value, &std::pair<SetupRole, std::string_view>::second);
  return found == setup_words.end() ? std::nullopt : std::optional(found->first);
}

DtlsDescription dtls_of(const Sdp& sdp, const SdpMedia& section) {
  DtlsDescription out;
  const bool own = section.has_attribute("fingerprint");
  for (const auto value : own ? section.attributes("fingerprint") : sdp.session.attributes("fingerprint")) {
    auto fingerprint = SdpFingerprint::parse(value);
    if (fingerprint) {
      out.fingerprints.push_back(*std::move(fingerprint));
    } else {
      ++out.malformed;
    }
  }
  const auto either = [&](std::string_view name) {
    const auto value = section.attribute(name);
    return value ? value : sdp.session.attribute(name);
  };
  if (const auto setup = either("setup")) out.setup = parse_setup(*setup);
  if (const auto id = either("tls-id")) out.tls_id = without_blanks(*id);
  return out;
}

}  // namespace cadenas::sip
