#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace cadenas::store {

/// An administrator's password as scrypt (RFC 7914) leaves it: "scrypt$N$r$p$salt$hash", salt and hash in base64.
class PasswordHash {
 public:
  PasswordHash() = default;
  /// Hashes with a fresh salt; N=2^15, r=8, p=1: tens of milliseconds and 32 MiB, so never on a signalling thread.
  /// Error "account.password-too-short" below 10 octets.
  static base::Result<PasswordHash> of(std::string_view password);
  /// Takes back what `reveal_encoded` gave. Error "store.password-hash".
  static base::Result<PasswordHash> from_encoded(std::string encoded);

  /// Costs what `of` costs; constant time in the comparison.
  bool matches(std::string_view password) const;
  /// For the database only.
  const std::string& reveal_encoded() const { return encoded_; }

 private:
  std::string encoded_;
};

}  // namespace cadenas::store
