#include "pki/identity.hpp"

#include <openssl/err.h>
#include <openssl/x509.h>

namespace cadenas::pki {

base::Result<Identity> Identity::make(PrivateKey key, Certificate leaf, std::vector<Certificate> chain,
                                      std::optional<Certificate> root) {
  if (X509_check_private_key(leaf.handle(), key.handle()) != 1) {
    ERR_clear_error();
    return base::fail("identity.key-mismatch", "The private key is not the one of the certificate " +
                                                   leaf.facts().subject + "; load the key made for it.");
  }
  return Identity(std::move(key), std::move(leaf), std::move(chain), std::move(root));
}

const Certificate* Identity::issuer() const {
  if (!chain_.empty()) return &chain_.front();
  return root_ ? &*root_ : nullptr;
}

std::vector<Certificate> trust_for_phones(const Identity& identity) {
  if (identity.leaf().facts().self_signed) return {identity.leaf()};
  if (identity.root()) return {*identity.root()};
  return identity.chain();
}

void LiveIdentity::replace(std::shared_ptr<const Identity> next) {
  const std::lock_guard lock(replacing_);
  value_.store(std::move(next));
  // After the value: who reads the new generation finds the new value, or one newer still.
  generation_.fetch_add(1, std::memory_order_release);
}

}  // namespace cadenas::pki
