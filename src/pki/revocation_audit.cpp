#include "pki/revocation_audit.hpp"

namespace cadenas::pki {

std::vector<RevokedConnection> find_revoked(const RevocationIndex& index,
                                            std::span<const AuditedConnection> connections) {
  std::vector<RevokedConnection> revoked;
  for (const AuditedConnection& connection : connections) {
    const auto [entry, position] = index.find_revoked(*connection.chain);
    if (entry != nullptr) revoked.push_back({connection.id, position, entry->time()});
  }
  return revoked;
}

}  // namespace cadenas::pki
