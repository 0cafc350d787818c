#pragma once

#include <cstddef>

#include <soci/soci.h>

namespace cadenas::store {

/// Keeps a table with rising keys to about `keep` rows (see Retention): old rows go in groups, so that most inserts
/// pay nothing for it. The session outlives it.
class HistoryLimit {
 public:
  /// How far a history of `keep` rows may grow before rows go: a 64th, at most 1,000 rows.
  static std::size_t overshoot(std::size_t keep);

  /// `removal` deletes the rows whose key is not above :oldest.
  HistoryLimit(soci::session& sql, const char* removal, std::size_t keep);
  // The statement holds the address of a member.
  HistoryLimit(const HistoryLimit&) = delete;
  HistoryLimit& operator=(const HistoryLimit&) = delete;

  /// Removes what is due once the row `newest` has been inserted; what is refused is tried again next time.
  void apply(long long newest);

 private:
  bool is_due(long long newest) const;

  long long keep_;
  long long step_;
  long long last_ = 0;  // the newest row seen; 0 before the first, which is always due
  long long oldest_ = 0;
  soci::statement remove_;
};

}  // namespace cadenas::store
