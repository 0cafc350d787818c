#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <openssl/types.h>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"

namespace cadenas::pki {

/// Where a certificate stands in its life (CERT-8).
enum class CertificateState { not_yet_valid, valid, expiring, expired };
/// "not-yet-valid", "valid", "expiring" or "expired".
std::string_view to_string(CertificateState state);

/// How long before its end a certificate counts as expiring (CERT-8).
inline constexpr std::chrono::days expiry_warning{14};

enum class KeyKind { rsa, ec, other };

struct PublicKeyFacts {
  KeyKind kind = KeyKind::other;
  int bits = 0;
};

/// RFC 5280 §4.2.1.9.
struct BasicConstraints {
  bool present = false;
  bool ca = false;
  std::optional<long> path_length;
};

/// RFC 5280 §4.2.1.3. Without the extension every use is allowed, and only `present` is false.
struct KeyUsage {
  bool present = false;
  bool digital_signature = false;
  bool key_encipherment = false;
  bool key_agreement = false;
  bool key_cert_sign = false;
  bool crl_sign = false;
};

/// RFC 5280 §4.2.1.12. Without the extension every purpose is allowed, and only `present` is false.
struct ExtendedKeyUsage {
  bool present = false;
  bool server_auth = false;
  bool client_auth = false;
};

/// All that is read off a certificate once, when it is parsed.
struct CertificateFacts {
  std::string subject;        ///< RFC 2253, e.g. "CN=192.0.2.1,O=Cadenas"
  std::string issuer;         ///< RFC 2253
  std::string common_name;    ///< the last CN of the subject in UTF-8, empty if none
  std::string serial;         ///< lower-case hex, two digits an octet, as `openssl x509 -serial` but for the case
  base::WallTime not_before;  ///< whole seconds
  base::WallTime not_after;   ///< whole seconds, the last second of validity
  std::vector<std::string> ip_addresses;  ///< SAN iPAddress, textual, in the certificate's order
  std::vector<std::string> dns_names;     ///< SAN dNSName as written
  BasicConstraints basic_constraints;
  KeyUsage key_usage;
  ExtendedKeyUsage extended_key_usage;
  PublicKeyFacts public_key;
  std::string signature_hash;      ///< "SHA256", "SHA1"...; empty where the algorithm has none of its own
  std::string fingerprint_sha256;  ///< 64 lower-case hex digits over the DER
  std::string fingerprint_sha1;    ///< 40 lower-case hex digits over the DER
  bool self_signed = false;        ///< issued to itself and signed with its own key
};

/// An X.509 certificate, parsed once into an immutable value. Copies are cheap and share what was parsed; safe to read
/// from every thread.
class Certificate {
 public:
  /// The first certificate of a PEM text. Errors: "cert.unreadable".
  static base::Result<Certificate> from_pem(std::string_view pem);
  /// Every certificate of a PEM text, in order, at least one. Errors: "cert.unreadable".
  static base::Result<std::vector<Certificate>> chain_from_pem(std::string_view pem);
  /// One DER certificate with nothing behind it. Errors: "cert.unreadable".
  static base::Result<Certificate> from_der(base::ByteView der);
  /// Takes its own reference; `x509` must not be null. Errors: "cert.unreadable" for dates or names that cannot be
  /// read.
  static base::Result<Certificate> from_x509(X509* x509);

  const CertificateFacts& facts() const { return *facts_; }
  /// Where it stands at `now`: `expiring` from 14 days before the end (CERT-8), `expired` after its last second.
  CertificateState state(base::WallTime now) const;
  std::string to_pem() const;
  base::Bytes to_der() const;
  /// Whether `address` (textual) is in SAN iPAddress or, for compatibility, is the CN (CERT-4, DOMAIN §7.2).
  bool names_address(std::string_view address) const;

  /// The OpenSSL object, owned by this value: for calls of this room and of TLS only, never to be changed.
  X509* handle() const { return x509_.get(); }

  /// Same DER.
  friend bool operator==(const Certificate& a, const Certificate& b) {
    return a.facts_->fingerprint_sha256 == b.facts_->fingerprint_sha256;
  }

 private:
  Certificate() = default;

  std::shared_ptr<X509> x509_;
  std::shared_ptr<const CertificateFacts> facts_;
};

/// Certificates as one PEM text, in order.
std::string to_pem(const std::vector<Certificate>& chain);

}  // namespace cadenas::pki
