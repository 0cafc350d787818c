#pragma once

#include <soci/soci.h>

#include "base/error.hpp"
#include "store/savepoint.hpp"

namespace cadenas::store {

/// "store.failed", with SQLite's own words for the result code. SOCI's `what()` quotes the values bound to the
/// statement, digests among them, so nothing of it is used.
base::Error database_error(const soci::soci_error& error);

/// Runs `work`, which returns a base::Result, wholly or not at all: in a transaction of its own, or as one step of the
/// transaction that is open. An exception of the database becomes "store.failed".
template <class Work>
auto atomically(Savepoint& savepoint, Work work) -> decltype(work()) {
  try {
    savepoint.set();
    auto result = work();
    if (result) {
      savepoint.release();
    } else {
      savepoint.undo();
    }
    return result;
  } catch (const soci::soci_error& error) {
    savepoint.undo();
    return tl::unexpected<base::Error>(database_error(error));
  } catch (...) {
    savepoint.undo();
    throw;
  }
}

}  // namespace cadenas::store
