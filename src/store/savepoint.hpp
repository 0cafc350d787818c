#pragma once

#include <soci/soci.h>

namespace cadenas::store {

/// The savepoint of one operation, its statements kept prepared: a transaction of its own, or one step of the
/// transaction that is open. One at a time. The session outlives it.
class Savepoint {
 public:
  explicit Savepoint(soci::session& sql);
  Savepoint(const Savepoint&) = delete;
  Savepoint& operator=(const Savepoint&) = delete;

  void set();
  void release();  ///< keeps what was done since `set`
  /// Undoes it; quiet where SQLite has rolled back on its own (full disk, I/O error).
  void undo() noexcept;

 private:
  soci::session& sql_;
  soci::statement set_;
  soci::statement release_;
};

}  // namespace cadenas::store
