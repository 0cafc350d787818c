#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/clock.hpp"
#include "pki/chain_keys.hpp"
#include "pki/revocation_index.hpp"

namespace cadenas::pki {

/// A live connection as the audit sees it.
struct AuditedConnection {
  std::uint64_t id = 0;
  const ChainKeys* chain = nullptr;  ///< `PeerFacts::chain`; not null
};

/// A connection to be closed, and why.
struct RevokedConnection {
  std::uint64_t id = 0;
  std::size_t position = 0;   ///< whose certificate was revoked: 0 the peer's own, 1 its issuer's, ...
  base::WallTime revoked_at;  ///< as the list says
};

/// Which of `connections` rest on a certificate that has been revoked since, in their order (CERT-7). Pure. A list that
/// is missing or has grown stale closes nothing: policy is for new connections, and a distribution point that is down
/// must not cut calls.
std::vector<RevokedConnection> find_revoked(const RevocationIndex& index,
                                            std::span<const AuditedConnection> connections);

}  // namespace cadenas::pki
