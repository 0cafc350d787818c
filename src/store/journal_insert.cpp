#include "store/journal_insert.hpp"

namespace cadenas::store {

JournalInsert::JournalInsert(soci::session& sql)
    : sql_(sql),
      insert_((sql.prepare << "INSERT INTO journal (at_ms, actor, code, message, subject)"
                              " VALUES (:at, :actor, :code, :message, :subject)",
               soci::use(at_), soci::use(actor_), soci::use(code_), soci::use(message_), soci::use(subject_))) {}

long long JournalInsert::operator()(const JournalEntry& entry) {
  at_ = entry.at.time_since_epoch().count();
  actor_ = entry.actor;
  code_ = entry.code;
  message_ = entry.message;
  subject_ = entry.subject;
  insert_.execute(true);
  long long id = 0;
  sql_.get_last_insert_id("journal", id);
  return id;
}

}  // namespace cadenas::store
