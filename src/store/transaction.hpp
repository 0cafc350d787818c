#pragma once

#include <soci/soci.h>

#include "base/error.hpp"

namespace cadenas::store {

/// "store.failed", with SQLite's own words for the result code. SOCI's `what()` quotes the values bound to the
/// statement, digests among them, so nothing of it is used.
base::Error database_error(const soci::soci_error& error);

/// Undoes the savepoint of `atomically`; quiet where SQLite has rolled back on its own (full disk, I/O error).
void undo(soci::session& sql) noexcept;

/// Runs `work`, which returns a base::Result, wholly or not at all: in a transaction of its own, or as one step of the
/// transaction that is open. An exception of the database becomes "store.failed".
template <class Work>
auto atomically(soci::session& sql, Work work) -> decltype(work()) {
  try {
    sql << "SAVEPOINT operation";
    auto result = work();
    if (!result) sql << "ROLLBACK TO operation";
    sql << "RELEASE operation";
    return result;
  } catch (const soci::soci_error& error) {
    undo(sql);
    return tl::unexpected<base::Error>(database_error(error));
  } catch (...) {
    undo(sql);
    throw;
  }
}

}  // namespace cadenas::store
