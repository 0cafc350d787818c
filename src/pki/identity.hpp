#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/error.hpp"
#include "base/published.hpp"
#include "pki/certificate.hpp"
#include "pki/key.hpp"

namespace cadenas::pki {

/// What an iPBX proves itself with: a private key, its certificate, and the issuers to send with it. Immutable.
class Identity {
 public:
  /// `chain` holds the intermediates in sending order, without the leaf; `root` the CA at its end, where it is known.
  /// Errors: "identity.key-mismatch" when the key is not the certificate's.
  static base::Result<Identity> make(PrivateKey key, Certificate leaf, std::vector<Certificate> chain = {},
                                     std::optional<Certificate> root = {});

  const PrivateKey& key() const { return key_; }
  const Certificate& leaf() const { return leaf_; }
  const std::vector<Certificate>& chain() const { return chain_; }
  /// Never sent: who trusts it has it.
  const std::optional<Certificate>& root() const { return root_; }
  /// Who signed the leaf, where that is known; null for a self-signed one too.
  const Certificate* issuer() const;

 private:
  Identity(PrivateKey key, Certificate leaf, std::vector<Certificate> chain, std::optional<Certificate> root)
      : key_(std::move(key)), leaf_(std::move(leaf)), chain_(std::move(chain)), root_(std::move(root)) {}

  PrivateKey key_;
  Certificate leaf_;
  std::vector<Certificate> chain_;
  std::optional<Certificate> root_;
};

/// What a phone must trust to know `identity` (CERT-10): its root; the intermediates where the root is not known; the
/// certificate itself where it is self-signed. Empty where an issuer signed it that is not known here.
std::vector<Certificate> trust_for_phones(const Identity& identity);

/// The identity in service, replaced while running without touching a connection. All members from any thread; reading
/// takes no lock.
class LiveIdentity {
 public:
  explicit LiveIdentity(std::shared_ptr<const Identity> first) : value_(std::move(first)) {}

  /// Never null.
  std::shared_ptr<const Identity> current() const { return value_.load(); }
  /// Puts `next` (not null) into service: every handshake that begins after this returns sees it.
  void replace(std::shared_ptr<const Identity> next);
  /// Starts at 1 and grows by one with each replacement: what was built for another generation is stale.
  std::uint64_t generation() const { return generation_.load(std::memory_order_acquire); }

 private:
  base::Published<Identity> value_;
  std::mutex replacing_;
  std::atomic<std::uint64_t> generation_{1};
};

}  // namespace cadenas::pki
