#pragma once

#include <string>

#include <soci/soci.h>

#include "store/model.hpp"

namespace cadenas::store {

/// Inserts one row of `journal`, by a statement that is prepared once. The session outlives it.
class JournalInsert {
 public:
  explicit JournalInsert(soci::session& sql);
  // The statement holds the addresses of the members.
  JournalInsert(const JournalInsert&) = delete;
  JournalInsert& operator=(const JournalInsert&) = delete;

  /// The id the database gave the entry; `entry.id` is not read.
  long long operator()(const JournalEntry& entry);

 private:
  soci::session& sql_;
  long long at_ = 0;
  std::string actor_;
  std::string code_;
  std::string message_;
  std::string subject_;
  soci::statement insert_;
};

}  // namespace cadenas::store
