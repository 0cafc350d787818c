#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace cadenas::sip {

/// One key of a crypto attribute (RFC 4568 §9.2 key-param).
struct KeyParam {
  base::SecretBytes key_salt;             ///< master key and salt, decoded; empty for a method other than "inline"
  std::optional<std::uint64_t> lifetime;  ///< packets; "2^20" is resolved
  std::optional<std::uint64_t> mki;
  std::uint8_t mki_octets = 0;  ///< 1…128 when mki is set

  KeyParam clone() const { return {key_salt.clone(), lifetime, mki, mki_octets}; }
};

/// The value of an a=crypto attribute (RFC 4568 §9.1). Movable only: it holds key material.
struct CryptoAttribute {
  std::uint32_t tag = 0;  ///< 0…999,999,999
  std::string suite_name;
  std::vector<KeyParam> keys;               ///< at least one
  std::vector<std::string> session_params;  ///< "UNENCRYPTED_SRTP", "KDR=4", "-EXT" … as they stood

  /// What follows "a=crypto:". Base64 with padding or without, blanks before and after. The errors never quote the
  /// text. Error "sdp.crypto".
  static base::Result<CryptoAttribute> parse(std::string_view value);
  /// The value, base64 padded (RFC 4568 §6.1). Key material: write it into a message only.
  std::string to_string() const;
  CryptoAttribute clone() const;
};

}  // namespace cadenas::sip
