#include "sip/sdp_crypto.hpp"

#include <algorithm>

#include "sip/grammar.hpp"

namespace cadenas::sip {

using namespace grammar;

namespace {

constexpr std::size_t max_keys = 16;
constexpr std::size_t max_session_params = 32;

constexpr Fault bad_shape{"sdp.crypto", "A crypto attribute needs a tag, a suite and at least one inline key."};
constexpr Fault bad_key{"sdp.crypto", "The key of a crypto attribute is no base64."};
constexpr Fault bad_lifetime{"sdp.crypto", "The lifetime of a key must be a positive number, or 2^ and an exponent."};
constexpr Fault bad_mki{"sdp.crypto", "The MKI of a key must be a number, a colon and a length of 1 to 128."};
constexpr Fault too_many{"sdp.crypto", "A crypto attribute has too many keys or session parameters."};

std::string_view take_word(std::string_view& text) {
  text = trim(text);
  std::size_t end = 0;
  while (end < text.size() && !is(text[end], blank)) ++end;
  const auto word = text.substr(0, end);
  text = trim(text.substr(end));
  return word;
}

bool read_lifetime(std::string_view text, KeyParam& out) {
  if (text.substr(0, 2) == "2^") {
    const auto exponent = number(text.substr(2), 63);
    if (!exponent) return false;
    out.lifetime = std::uint64_t{1} << *exponent;
    return true;
  }
  out.lifetime = number(text, UINT64_MAX);
  return out.lifetime && *out.lifetime > 0;
}

bool read_mki(std::string_view text, KeyParam& out) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return false;
  const auto octets = number(text.substr(colon + 1), 128);
  out.mki = number(text.substr(0, colon), UINT64_MAX);
  if (!out.mki || !octets || *octets == 0) return false;
  if (*octets < 8 && *out.mki >> (8 * *octets) != 0) return false;  // a value its length cannot hold
  out.mki_octets = static_cast<std::uint8_t>(*octets);
  return true;
}

// "inline:" base64 ["|" lifetime] ["|" mki ":" length]
const Fault* read_key(std::string_view text, KeyParam& out) {
  constexpr std::string_view method = "inline:";
  if (!same(text.substr(0, method.size()), method)) return &bad_shape;
  text.remove_prefix(method.size());
  const std::size_t bar = std::min(text.find('|'), text.size());
  auto key = base::from_base64(text.substr(0, bar));
  if (!key || key->empty()) return &bad_key;
  out.key_salt = base::SecretBytes(std::move(*key));
  if (bar == text.size()) return nullptr;
  std::string_view first = text.substr(bar + 1);
  const std::size_t second = std::min(first.find('|'), first.size());
  if (second < first.size()) {
    if (!read_mki(first.substr(second + 1), out)) return &bad_mki;
    first = first.substr(0, second);
  } else if (first.find(':') != std::string_view::npos) {
    return read_mki(first, out) ? nullptr : &bad_mki;
  }
  return read_lifetime(first, out) ? nullptr : &bad_lifetime;
}

}  // namespace

base::Result<CryptoAttribute> CryptoAttribute::parse(std::string_view value) {
  CryptoAttribute out;
  const auto tag = take_word(value);
  const auto number_of_tag = number(tag, 999'999'999);
  const auto suite = take_word(value);
  auto keys = take_word(value);
  if (!number_of_tag || tag.size() > 9 || !all(suite, token) || keys.empty()) return refuse(&bad_shape);
  out.tag = static_cast<std::uint32_t>(*number_of_tag);
  out.suite_name = suite;
  for (;;) {
    const std::size_t end = std::min(keys.find(';'), keys.size());
    KeyParam key;
    if (const Fault* fault = read_key(keys.substr(0, end), key)) return refuse(fault);
    if (out.keys.size() == max_keys) return refuse(&too_many);
    out.keys.push_back(std::move(key));
    if (end == keys.size()) break;
    keys.remove_prefix(end + 1);
  }
  while (!value.empty()) {
    if (out.session_params.size() == max_session_params) return refuse(&too_many);
    out.session_params.emplace_back(take_word(value));
  }
  return out;
}

std::string CryptoAttribute::to_string() const {
  std::string out = std::to_string(tag) + " " + suite_name + " ";
  bool first = true;
  for (const KeyParam& key : keys) {
    if (!first) out += ';';
    first = false;
    out += "inline:" + base::to_base64(key.key_salt.view());
    if (key.lifetime) {
      const std::uint64_t packets = *key.lifetime;
      const bool power = (packets & (packets - 1)) == 0;
      out += power ? "|2^" + std::to_string(__builtin_ctzll(packets)) : "|" + std::to_string(packets);
    }
    if (key.mki) out += "|" + std::to_string(*key.mki) + ":" + std::to_string(key.mki_octets);
  }
  for (const std::string& param : session_params) out += " " + param;
  return out;
}

CryptoAttribute CryptoAttribute::clone() const {
  CryptoAttribute out;
  out.tag = tag;
  out.suite_name = suite_name;
  for (const KeyParam& key : keys) out.keys.push_back(key.clone());
  out.session_params = session_params;
  return out;
}

}  // namespace cadenas::sip
