#include "store/call_insert.hpp"

namespace cadenas::store {

CallInsert::CallInsert(soci::session& sql)
    : sql_(sql),
      insert_((sql.prepare << "INSERT INTO call (id, caller, callee, started_ms, answered_ms, ended_ms, cause)"
                              " VALUES (:id, :from, :to, :started, :answered, :ended, :cause)"
                              " ON CONFLICT (id) DO NOTHING",
               soci::use(id_), soci::use(from_), soci::use(to_), soci::use(started_),
               soci::use(answered_, has_answered_), soci::use(ended_), soci::use(cause_))) {}

std::optional<long long> CallInsert::operator()(const CallRecord& record) {
  id_ = record.id;
  from_ = record.from;
  to_ = record.to;
  cause_ = record.cause;
  started_ = record.started.time_since_epoch().count();
  has_answered_ = record.answered ? soci::i_ok : soci::i_null;
  if (record.answered) answered_ = record.answered->time_since_epoch().count();
  ended_ = record.ended.time_since_epoch().count();
  insert_.execute(true);
  if (insert_.get_affected_rows() == 0) return std::nullopt;
  long long seq = 0;
  sql_.get_last_insert_id("call", seq);
  return seq;
}

}  // namespace cadenas::store
