#pragma once

#include <optional>
#include <string>

#include <soci/soci.h>

#include "store/model.hpp"

namespace cadenas::store {

/// Inserts one row of `call`, by a statement that is prepared once. The session outlives it.
class CallInsert {
 public:
  explicit CallInsert(soci::session& sql);
  // The statement holds the addresses of the members.
  CallInsert(const CallInsert&) = delete;
  CallInsert& operator=(const CallInsert&) = delete;

  /// The row's `seq`; empty, with nothing inserted, where a call with this id is there. Its legs are LegInsert's.
  std::optional<long long> operator()(const CallRecord& record);

 private:
  soci::session& sql_;
  std::string id_;
  std::string from_;
  std::string to_;
  std::string cause_;
  long long started_ = 0;
  long long answered_ = 0;
  soci::indicator has_answered_ = soci::i_null;
  long long ended_ = 0;
  soci::statement insert_;
};

}  // namespace cadenas::store
