#pragma once

#include <cstdint>
#include <span>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "pki/authority_ledger.hpp"
#include "pki/certificate.hpp"
#include "pki/key.hpp"

namespace cadenas::pki {

/// What a revocation list is to say.
struct CrlDraft {
  std::uint64_t number = 1;
  base::WallTime this_update{};  ///< whole seconds, cut
  base::WallTime next_update{};
};

/// A complete list (version 2) in DER of all of `entries` that are revoked, signed with the key of `authority`: CRL
/// number, authority key identifier, a reason where one was given (RFC 5280 §5). Revoked certificates stay on the list
/// beyond their end. Errors: "crl.signing-failed".
base::Result<base::Bytes> sign_crl(const CrlDraft& draft, std::span<const IssuedEntry> entries,
                                   const Certificate& authority, const PrivateKey& key);

}  // namespace cadenas::pki
