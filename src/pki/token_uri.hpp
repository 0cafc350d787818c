#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace cadenas::pki {

/// Which key of which PKCS#11 token, and the module that reaches it (RFC 7512).
struct TokenUri {
  std::string module_path{};  ///< the shared library, absolute
  // Which token; what is empty is not looked at.
  std::string token{};  ///< its label
  std::string serial{};
  std::string manufacturer{};
  std::string model{};
  // Which private key in it; at least one is given.
  std::string object{};  ///< its label
  base::Bytes id{};      ///< CKA_ID

  /// "pkcs11:token=…;object=…?module-path=…", percent-encoded. Attributes that would choose by anything else are
  /// refused rather than passed over, and so is a PIN, which must not stand where others can read it. Errors:
  /// "token.uri".
  static base::Result<TokenUri> parse(std::string_view text);
  std::string to_string() const;

  friend bool operator==(const TokenUri&, const TokenUri&) = default;
};

}  // namespace cadenas::pki
