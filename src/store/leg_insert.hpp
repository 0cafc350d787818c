#pragma once

#include <string>

#include <soci/soci.h>

#include "store/model.hpp"

namespace cadenas::store {

/// Inserts one row of `call_leg`, by a statement that is prepared once. The session outlives it.
class LegInsert {
 public:
  explicit LegInsert(soci::session& sql);
  // The statement holds the addresses of the members.
  LegInsert(const LegInsert&) = delete;
  LegInsert& operator=(const LegInsert&) = delete;

  /// `call` is the `seq` of its call, `position` counts its legs from 0.
  void operator()(long long call, int position, const LegRecord& leg);

 private:
  long long call_ = 0;
  int position_ = 0;
  std::string party_;
  std::string transport_;
  std::string tls_version_;
  std::string tls_cipher_;
  std::string srtp_suite_;
  std::string key_exchange_;
  long long authenticated_ = 0;
  long long rejected_ = 0;
  long long replayed_ = 0;
  long long clear_ = 0;
  int padlock_ = 0;
  std::string failing_;
  soci::statement insert_;
};

}  // namespace cadenas::store
