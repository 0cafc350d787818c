#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/published.hpp"
#include "pki/certificate.hpp"
#include "pki/chain_keys.hpp"
#include "pki/crl.hpp"

namespace cadenas::pki {

/// What to do with a certificate of which the lists cannot say whether it is revoked.
enum class OnDoubt : std::uint8_t {
  warn,    ///< let it through, and say so in the verdict
  refuse,  ///< fail closed
};

/// A certificate on a list is refused whatever stands here, however old the list (CERT-7); this is about lists that are
/// not there or out of date. Both warn by default: BOTHWAY works with a CA that publishes no list, and a distribution
/// point that is down for a night does not silence every phone of a site.
struct RevocationPolicy {
  OnDoubt missing_list = OnDoubt::warn;  ///< no list of an issuer is loaded
  OnDoubt stale_list = OnDoubt::warn;    ///< past its nextUpdate, or not yet valid
};

/// In rising order of gravity.
enum class RevocationState : std::uint8_t { good, stale, unknown, revoked };
/// "good", "stale", "unknown" or "revoked".
std::string_view to_string(RevocationState state);

/// What the lists say about a whole chain.
struct ChainVerdict {
  RevocationState state = RevocationState::good;  ///< the gravest; a doubt that refuses before one that warns
  bool refused = false;                           ///< revoked, or in doubt where policy says `refuse`
  std::size_t position = 0;                       ///< whose state it is: 0 the peer's own, 1 its issuer's, ...
  std::optional<base::WallTime> revoked_at;       ///< exactly when revoked
};

/// The newest list of each CA, in one immutable snapshot that handshakes and audit share; any thread.
class RevocationIndex {
 public:
  /// `authorities`: the trusted CAs, roots and intermediates; one that another of them has revoked is refused as an
  /// anchor too. Of several lists of a CA the newest is used (`Crl::newer_than`), the last given among equals. Verifies
  /// the signatures among `authorities`: not for a signalling thread.
  static std::shared_ptr<const RevocationIndex> make(std::span<const Certificate> authorities, std::vector<Crl> lists,
                                                     RevocationPolicy policy = {});

  /// O(log n) a certificate, without allocation. A root is not asked for a list of its own.
  ChainVerdict judge(const ChainKeys& chain, base::WallTime now) const;
  /// The entry that revokes any of the chain, with its position; null if none does. What the audit asks.
  std::pair<const RevokedEntry*, std::size_t> find_revoked(const ChainKeys& chain) const;

  /// The list in use for an issuer; null if none is.
  const Crl* list_of(const IssuerId& issuer) const;
  /// One per issuer.
  const std::vector<Crl>& lists() const { return lists_; }
  const RevocationPolicy& policy() const { return policy_; }

 private:
  struct RevokedAuthority {
    CertificateId certificate;
    const RevokedEntry* entry;
  };

  RevocationIndex(std::vector<Crl> lists, RevocationPolicy policy) : lists_(std::move(lists)), policy_(policy) {}
  void find_revoked_authorities(std::span<const Certificate> authorities);
  const RevokedEntry* find_revoked(const CertificateId& authority) const;

  std::vector<Crl> lists_;  ///< by issuer
  RevocationPolicy policy_;
  std::vector<RevokedAuthority> revoked_authorities_;  ///< few: those that some list or a revoked issuer takes out
};

/// The index in service, replaced while running; every handshake after a `store` sees the new one. Null inside: nothing
/// is looked up.
using LiveRevocation = base::Published<RevocationIndex>;

}  // namespace cadenas::pki
