#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "pki/openssl_handles.hpp"

namespace cadenas::pki {

enum class KeyAlgorithm { rsa_2048, rsa_3072, ecdsa_p256 };

/// Whether keys of `algorithm` are RSA keys.
constexpr bool is_rsa(KeyAlgorithm algorithm) {
  return algorithm != KeyAlgorithm::ecdsa_p256;
}

/// A private key. Movable, not copyable, and without any way to be printed; its memory is wiped by OpenSSL when it
/// goes. Safe to sign with from several threads at once, but for a key in a token.
class PrivateKey {
 public:
  /// Errors: "key.generation-failed".
  static base::Result<PrivateKey> generate(KeyAlgorithm algorithm);
  /// An unencrypted PEM key (PKCS#8 or traditional). Errors: "key.unreadable", whose message quotes nothing of the key.
  static base::Result<PrivateKey> from_pem(base::ByteView pem);
  /// Reads a PEM file. Errors: "key.unreadable".
  static base::Result<PrivateKey> load(const std::filesystem::path& file);
  /// A key that lives elsewhere, in what `holder` keeps open: it signs, but cannot be saved or written as PEM.
  static PrivateKey held_by(std::shared_ptr<void> holder, KeyHandle key) {
    PrivateKey held(std::move(key));
    held.holder_ = std::move(holder);
    return held;
  }

  /// Writes PKCS#8 PEM with mode 0600 such that after a crash the file is the old or the new one, never half.
  /// Errors: "file.write-failed".
  base::Result<void> save(const std::filesystem::path& file) const;
  /// Unencrypted PKCS#8 PEM, for `save` and for export behind a password. Errors: "key.unwritable".
  base::Result<base::SecretBytes> to_pem() const;

  /// The OpenSSL object, owned by this value.
  EVP_PKEY* handle() const { return key_.get(); }

 private:
  explicit PrivateKey(KeyHandle key) : key_(std::move(key)) {}

  std::shared_ptr<void> holder_;  // goes after the key
  KeyHandle key_;
};

}  // namespace cadenas::pki
