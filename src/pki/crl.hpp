#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <openssl/types.h>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "pki/certificate.hpp"
#include "pki/chain_keys.hpp"
#include "pki/serial_number.hpp"

namespace cadenas::pki {

/// The largest list that is read, some 1.5 million entries.
inline constexpr std::size_t largest_crl = std::size_t{64} << 20;

/// One line of a list, in 28 octets.
struct RevokedEntry {
  SerialNumber serial;
  std::uint32_t revoked_at = 0;  ///< seconds since 1970
  std::uint8_t reason = 0;       ///< RFC 5280 §5.3.1, 0 (unspecified) where none is given

  base::WallTime time() const { return base::WallTime(std::chrono::seconds(revoked_at)); }
};

/// What a list says of itself (RFC 5280 §5.1, §5.2).
struct CrlFacts {
  std::string issuer;                         ///< RFC 2253
  std::string authority_key_id;               ///< lower-case hex, empty if not given
  std::optional<SerialNumber> number;         ///< the CRL number
  base::WallTime this_update;                 ///< whole seconds
  std::optional<base::WallTime> next_update;  ///< whole seconds; none: the list never grows stale
  std::size_t entries = 0;
};

/// A certificate revocation list whose signature was verified, as an immutable value: copies share their entries, and
/// every thread may read it. Only `UnverifiedCrl::verify` makes one.
class Crl {
 public:
  const CrlFacts& facts() const { return *facts_; }
  /// The CA it speaks for.
  const IssuerId& issuer() const { return issuer_; }
  /// O(log n), without allocation; null if `serial` is not on the list.
  const RevokedEntry* find(const SerialNumber& serial) const;
  /// Errors: "crl.stale" after its nextUpdate, "crl.not-yet-valid" before its thisUpdate.
  base::Result<void> check_dates(base::WallTime now) const;
  /// As `check_dates`, without an error to say it.
  bool current(base::WallTime now) const {
    return now >= facts_->this_update && (!facts_->next_update || now <= *facts_->next_update);
  }
  /// Whether this list replaces `other` of the same issuer: by CRL number, then thisUpdate. A list without a number is
  /// older than any with one (RFC 5280 §5.2.3 demands them).
  bool newer_than(const Crl& other) const;
  /// What its entries take up.
  std::size_t memory() const { return entries_->capacity() * sizeof(RevokedEntry); }

 private:
  friend class UnverifiedCrl;
  Crl() = default;

  std::shared_ptr<const CrlFacts> facts_;
  std::shared_ptr<const std::vector<RevokedEntry>> entries_;  ///< by serial
  IssuerId issuer_;
};

/// A list that was read but whose signature nobody has looked at: good for nothing but `facts` and `verify`.
class UnverifiedCrl {
 public:
  /// Reads one DER list, or every list of a PEM text, at least one. Only complete lists of one issuer are taken: a
  /// delta, indirect or partitioned (issuing distribution point) list, and any critical extension unknown here, is
  /// refused, since half understood it would pass a revoked certificate. While this value lives it takes about ten
  /// times the memory of the `Crl` made from it. Errors: "crl.unreadable", "crl.unsupported".
  static base::Result<std::vector<UnverifiedCrl>> parse(base::ByteView octets);

  const CrlFacts& facts() const { return *facts_; }
  /// Verifies the signature, once for the life of the list, with whichever of `issuers` has its name and key id. Its
  /// dates are not judged. Errors: "crl.unknown-issuer"; "crl.bad-signature", also when that issuer's key usage does
  /// not let it sign lists (RFC 5280 §4.2.1.3).
  base::Result<Crl> verify(std::span<const Certificate> issuers) const;

 private:
  UnverifiedCrl() = default;
  static base::Result<UnverifiedCrl> from(std::shared_ptr<X509_CRL> list);
  bool may_be_from(const Certificate& issuer) const;

  std::shared_ptr<X509_CRL> list_;
  std::shared_ptr<const CrlFacts> facts_;
  std::shared_ptr<const std::vector<RevokedEntry>> entries_;
};

}  // namespace cadenas::pki
