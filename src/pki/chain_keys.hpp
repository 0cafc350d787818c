#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include <openssl/types.h>

#include "pki/serial_number.hpp"

struct stack_st_X509;

namespace cadenas::pki {

/// Which CA: a digest over its name, as names are compared (RFC 5280 §7.1), and its public key. Two CAs of one name
/// have two ids, a renewed certificate of one CA and key has the same.
struct IssuerId {
  std::array<std::uint8_t, 16> digest{};

  /// Of the CA whose certificate this is.
  static IssuerId of(const X509* authority);
  friend bool operator==(const IssuerId&, const IssuerId&) = default;
  friend bool operator<(const IssuerId& a, const IssuerId& b) { return a.digest < b.digest; }
};

/// One very certificate: a digest over its DER.
struct CertificateId {
  std::array<std::uint8_t, 16> digest{};

  static CertificateId of(const X509* certificate);
  friend bool operator==(const CertificateId&, const CertificateId&) = default;
};

/// What revokes a certificate: its issuer and its serial.
struct CertificateKey {
  IssuerId issuer;
  SerialNumber serial;

  friend bool operator==(const CertificateKey&, const CertificateKey&) = default;
};

/// A verified chain, reduced to what revocation is looked up by: 36 octets a certificate, kept with each connection for
/// the audit (CERT-7).
struct ChainKeys {
  std::vector<CertificateKey> certificates;  ///< leaf first; those whose issuer is in the chain
  bool rooted = false;                       ///< the last of them is a root, its own issuer
  std::optional<CertificateId> anchor;       ///< where trust ended below a root: that certificate

  /// Of a chain as verification built it, leaf first, anchor last. Empty of an empty chain.
  static ChainKeys of(const stack_st_X509* chain);
  bool empty() const { return certificates.empty() && !anchor; }
  friend bool operator==(const ChainKeys&, const ChainKeys&) = default;
};

}  // namespace cadenas::pki
