#pragma once

#include "base/error.hpp"

namespace soci {
class session;
}

namespace cadenas::store {

/// The schema this program writes.
int newest_schema();

/// Brings the schema of an open database up to `version`, in one transaction: what is cut short leaves the old schema
/// as it was. Errors "store.newer-schema" (written by a newer program; nothing is touched) and
/// "store.failed".
base::Result<void> migrate(soci::session& sql, int version);
inline base::Result<void> migrate(soci::session& sql) {
  return migrate(sql, newest_schema());
}

}  // namespace cadenas::store
