#pragma once

#include <array>
#include <cstdint>
#include <string>

#include <openssl/types.h>

namespace cadenas::pki {

/// A serial or CRL number in 20 octets (RFC 5280 §4.1.2.2, §5.2.3), ordered as numbers are.
///
/// What the RFC forbids but CAs have issued (negative, or longer than 20 octets) is kept as a digest with the top bit
/// set, which no conforming number has: such values are equal exactly when their numbers are, and greater than every
/// conforming one.
class SerialNumber {
 public:
  SerialNumber() = default;
  static SerialNumber of(const ASN1_INTEGER* integer);

  /// Lower-case hex, two digits an octet, without leading zero octets; that of the digest for a non-conforming number.
  std::string to_hex() const;

  friend bool operator==(const SerialNumber&, const SerialNumber&) = default;
  friend bool operator<(const SerialNumber& a, const SerialNumber& b) { return a.octets_ < b.octets_; }

 private:
  std::array<std::uint8_t, 20> octets_{};  ///< big-endian
};

}  // namespace cadenas::pki
