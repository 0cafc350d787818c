#include "sip/auth_header.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "sip/grammar.hpp"
#include "sip/quoted_string.hpp"

namespace cadenas::sip {

using namespace grammar;

namespace {

struct Slot {
  std::string_view name;
  std::optional<std::string> value;
};

base::Error error_of(std::string code, std::string message) {
  return {std::move(code), std::move(message), {}};
}

// Reads "Digest name=value, name=value" into the slots of known names; others are passed over, but must be well-formed.
std::optional<base::Error> read_params(std::string_view text, std::span<Slot> slots) {
  const base::Error syntax = error_of("digest.syntax", "Digest parameters must be name=value, separated by commas.");
  text = trim(text);
  const std::size_t scheme_end = skip(text, 0, token);
  if (!same(text.substr(0, scheme_end), "Digest"))
    return error_of("digest.scheme", "The authentication scheme is not Digest.");
  std::size_t at = skip(text, scheme_end, blank);
  if (at == scheme_end || at == text.size()) return syntax;
  for (;;) {
    const std::size_t name_end = skip(text, at, token);
    const auto name = text.substr(at, name_end - at);
    at = skip(text, name_end, blank);
    if (name.empty() || at == text.size() || text[at] != '=') return syntax;
    at = skip(text, at + 1, blank);
    std::size_t value_end = at;
    if (at < text.size() && text[at] == '"') {
      value_end = quoted_end(text, at);
      if (value_end == std::string_view::npos) return syntax;
    } else {
      while (value_end < text.size() && text[value_end] != ',' && !is(text[value_end], blank)) ++value_end;
      if (value_end == at) return syntax;
    }
    for (Slot& slot : slots) {
      if (!same(slot.name, name)) continue;
      if (slot.value) return error_of("digest.repeated", "A digest parameter stands twice.");
      slot.value = unquote(text.substr(at, value_end - at));
    }
    at = skip(text, value_end, blank);
    if (at == text.size()) return std::nullopt;
    if (text[at] != ',') return syntax;
    at = skip(text, at + 1, blank);
  }
}

bool read_algorithm(const std::optional<std::string>& text, DigestAlgorithm& out) {
  if (!text || same(*text, "MD5")) {
    out = DigestAlgorithm::md5;
    return true;
  }
  out = DigestAlgorithm::sha256;
  return same(*text, "SHA-256");
}

base::Error unknown_algorithm() {
  return error_of("digest.algorithm", "The digest algorithm is neither MD5 nor SHA-256.");
}

base::Error missing(std::string_view name) {
  return error_of("digest.missing", "The digest parameter " + std::string(name) + " is missing.");
}

bool lists_auth(std::string_view list) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    if (same(trim(list.substr(0, comma)), "auth")) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

}  // namespace

std::string_view to_string(DigestAlgorithm algorithm) {
  return algorithm == DigestAlgorithm::md5 ? "MD5" : "SHA-256";
}

base::Result<DigestChallenge> DigestChallenge::parse(std::string_view value) {
  enum { realm_slot, nonce_slot, opaque_slot, algorithm_slot, stale_slot, qop_slot };
  std::array<Slot, 6> slots{
      {{"realm", {}}, {"nonce", {}}, {"opaque", {}}, {"algorithm", {}}, {"stale", {}}, {"qop", {}}}};
  if (auto error = read_params(value, slots)) return tl::unexpected(std::move(*error));
  for (const auto needed : {realm_slot, nonce_slot})
    if (!slots[needed].value) return tl::unexpected(missing(slots[needed].name));
  DigestChallenge out;
  if (!read_algorithm(slots[algorithm_slot].value, out.algorithm)) return tl::unexpected(unknown_algorithm());
  out.realm = std::move(*slots[realm_slot].value);
  out.nonce = std::move(*slots[nonce_slot].value);
  out.opaque = std::move(slots[opaque_slot].value).value_or(std::string{});
  out.stale = slots[stale_slot].value && same(*slots[stale_slot].value, "true");
  out.has_qop = slots[qop_slot].value.has_value();
  out.qop_auth = out.has_qop && lists_auth(*slots[qop_slot].value);
  return out;
}

std::string DigestChallenge::to_string() const {
  std::string out = "Digest realm=" + quote(realm) + ", nonce=" + quote(nonce);
  if (!opaque.empty()) out += ", opaque=" + quote(opaque);
  if (stale) out += ", stale=true";
  out += ", algorithm=";
  out += sip::to_string(algorithm);
  return out += ", qop=\"auth\"";
}

base::Result<DigestCredentials> DigestCredentials::parse(std::string_view value) {
  enum {
    user_slot,
    realm_slot,
    nonce_slot,
    uri_slot,
    response_slot,
    cnonce_slot,
    opaque_slot,
    algorithm_slot,
    qop_slot,
    nc_slot
  };
  std::array<Slot, 10> slots{{{"username", {}},
                              {"realm", {}},
                              {"nonce", {}},
                              {"uri", {}},
                              {"response", {}},
                              {"cnonce", {}},
                              {"opaque", {}},
                              {"algorithm", {}},
                              {"qop", {}},
                              {"nc", {}}}};
  if (auto error = read_params(value, slots)) return tl::unexpected(std::move(*error));
  for (const auto needed : {user_slot, realm_slot, nonce_slot, uri_slot, response_slot})
    if (!slots[needed].value) return tl::unexpected(missing(slots[needed].name));
  DigestCredentials out;
  if (!read_algorithm(slots[algorithm_slot].value, out.algorithm)) return tl::unexpected(unknown_algorithm());
  if (slots[qop_slot].value) {
    if (!same(*slots[qop_slot].value, "auth"))
      return tl::unexpected(error_of("digest.qop", "The quality of protection is not auth."));
    for (const auto needed : {nc_slot, cnonce_slot})
      if (!slots[needed].value) return tl::unexpected(missing(slots[needed].name));
    out.qop_auth = true;
    out.nonce_count_text = std::move(*slots[nc_slot].value);
    if (out.nonce_count_text.size() != 8 || !all(out.nonce_count_text, hex))
      return tl::unexpected(error_of("digest.syntax", "The nonce count must be eight hexadecimal digits."));
    for (const char c : out.nonce_count_text)
      out.nonce_count = out.nonce_count << 4 | static_cast<std::uint32_t>(hex_digit(c));
    if (out.nonce_count == 0) return tl::unexpected(error_of("digest.syntax", "The nonce count begins with 1."));
    out.cnonce = std::move(*slots[cnonce_slot].value);
  }
  out.username = std::move(*slots[user_slot].value);
  out.realm = std::move(*slots[realm_slot].value);
  out.nonce = std::move(*slots[nonce_slot].value);
  out.uri = std::move(*slots[uri_slot].value);
  out.response = std::move(*slots[response_slot].value);
  out.opaque = std::move(slots[opaque_slot].value).value_or(std::string{});
  std::transform(out.response.begin(), out.response.end(), out.response.begin(), lower);
  if (out.response.size() != (out.algorithm == DigestAlgorithm::md5 ? 32U : 64U) || !all(out.response, hex))
    return tl::unexpected(error_of("digest.syntax", "The response is no hexadecimal digest of the algorithm."));
  return out;
}

std::string DigestCredentials::to_string() const {
  std::string out = "Digest username=" + quote(username) + ", realm=" + quote(realm) + ", nonce=" + quote(nonce) +
                    ", uri=" + quote(uri) + ", response=" + quote(response);
  out += ", algorithm=";
  out += sip::to_string(algorithm);
  if (qop_auth) out += ", qop=auth, nc=" + nonce_count_text + ", cnonce=" + quote(cnonce);
  if (!opaque.empty()) out += ", opaque=" + quote(opaque);
  return out;
}

}  // namespace cadenas::sip
