#include "store/transaction.hpp"

#include <string>

#include <soci/sqlite3/soci-sqlite3.h>

namespace cadenas::store {

base::Error database_error(const soci::soci_error& error) {
  std::string reason = "no result code";
  if (const auto* sqlite = dynamic_cast<const soci::sqlite3_soci_error*>(&error)) {
    reason = sqlite_api::sqlite3_errstr(sqlite->result());
  }
  return {"store.failed", "The database refused the operation (" + reason + "); nothing was changed.", {}};
}

}  // namespace cadenas::store
