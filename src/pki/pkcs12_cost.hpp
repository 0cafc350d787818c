#pragma once

#include <cstdint>
#include <string_view>

#include <openssl/pkcs12.h>

#include "base/error.hpp"

namespace cadenas::pki {

/// What a PKCS#12 file may make this machine compute before it is read. Every password-based scheme names its own
/// number of iterations, so a file of a few octets can ask for years; here the number is read off the structure before
/// anything is derived. OpenSSL writes 2048, Windows 2000, NSS up to 600,000 for each of two or three uses.
class DerivationBudget {
 public:
  /// For one reading with one password, all derivations together: some seconds of one core at worst.
  static constexpr std::uint64_t most_iterations = 5'000'000;

  /// `library` says which algorithms there are and outlives this.
  explicit DerivationBudget(OSSL_LIB_CTX* library) : library_(library) {}

  /// Before decrypting what `scheme` protects. Errors: "pkcs12.unreadable" for a scheme or a part of it that cannot be
  /// used here (only PKCS#12's own schemes and PBES2 with PBKDF2 can), "pkcs12.too-costly".
  base::Result<void> spend(const X509_ALGOR* scheme);
  /// Before the MAC of `file`, which must have one, is verified. Errors: as of `spend`.
  base::Result<void> spend_mac(const PKCS12* file);

 private:
  base::Result<void> take(const ASN1_INTEGER* iterations);
  base::Result<void> spend_pbes2(const ASN1_TYPE* parameters);
  base::Result<void> need_cipher(int nid) const;
  base::Result<void> need_digest(int nid) const;

  OSSL_LIB_CTX* library_;
  std::uint64_t left_ = most_iterations;
};

}  // namespace cadenas::pki
