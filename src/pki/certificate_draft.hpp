#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "pki/certificate.hpp"
#include "pki/key.hpp"
#include "pki/openssl_handles.hpp"
#include "pki/system_names.hpp"

namespace cadenas::pki {

/// SHA-1 only for old phones that know nothing newer (CERT-1).
enum class SignatureHash { sha256, sha1 };

enum class SubjectPart { common_name, serial_number };

/// 16 random octets whose first bit is 0 and that are not all 0: 127 bits of chance (RFC 5280 §4.1.2.2).
base::Bytes random_serial();

/// A certificate being made. What fails while it is filled in is told by the signing, whose result is read again from
/// its DER: what was built and what peers will read are then known to be the same.
class CertificateDraft {
 public:
  CertificateDraft();

  /// `magnitude`: big-endian, positive.
  void set_serial(const base::Bytes& magnitude);
  /// Whole seconds, cut.
  void set_validity(base::WallTime from, base::WallTime until);
  /// One attribute more; at most 64 characters of UTF-8.
  void add_to_subject(SubjectPart part, const std::string& text);
  /// Takes a reference of its own. Before the extensions: one is made of it.
  void set_public_key(EVP_PKEY* key);
  /// Before the extensions that name the issuer; without it the certificate is its own.
  void set_issuer(const Certificate& issuer);
  /// `value` as in an OpenSSL configuration.
  void add_extension(int nid, const std::string& value);
  void add_alternative_names(const std::vector<std::string>& addresses, const std::vector<std::string>& dns);

  /// All that makes it the certificate of an iPBX but subject and dates: CA:FALSE, the key's uses, serverAuth and
  /// clientAuth, key identifiers, `names` as SAN (CERT-3).
  void make_system_certificate(const CertificateNames& names);
  /// Basic constraints and Key Usage of a certificate that is none of a CA, and its key identifiers.
  void make_leaf();

  /// With the key of the issuer, or of the certificate itself. Errors: "cert.signing-failed".
  base::Result<Certificate> sign(const PrivateKey& key, SignatureHash hash = SignatureHash::sha256);

 private:
  void note(bool done) { good_ = good_ && done; }

  X509Handle x509_;
  std::optional<Certificate> issuer_;  ///< none: the certificate itself
  bool good_;
};

}  // namespace cadenas::pki
