#include <algorithm>
#include <chrono>

#include <soci/soci.h>

#include "store/call_insert.hpp"
#include "store/database.hpp"
#include "store/history_limit.hpp"
#include "store/journal_insert.hpp"
#include "store/leg_insert.hpp"
#include "store/transaction.hpp"

namespace cadenas::store {

namespace {

constexpr std::size_t largest_page = 10'000;
constexpr long long never = -1;

base::WallTime from_ms(long long ms) {
  return base::WallTime{base::Millis{ms}};
}
long long page(std::size_t limit) {
  return static_cast<long long>(std::min(limit, largest_page));
}

// As LegInsert joins them.
std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const auto at = text.find(' ');
    out.emplace_back(text.substr(0, at));
    text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  }
  return out;
}

std::vector<LegRecord> read_legs(soci::session& sql, long long call) {
  std::vector<LegRecord> out;
  LegRecord leg;
  long long authenticated = 0;
  long long rejected = 0;
  long long replayed = 0;
  long long clear = 0;
  int padlock = 0;
  std::string failing;
  soci::statement query =
      (sql.prepare
           << "SELECT party, transport, tls_version, tls_cipher, srtp_suite, key_exchange, authenticated, rejected,"
              " replayed, clear, padlock, failing FROM call_leg WHERE call_seq = :c ORDER BY position",
       soci::into(leg.party), soci::into(leg.transport), soci::into(leg.tls_version), soci::into(leg.tls_cipher),
       soci::into(leg.srtp_suite), soci::into(leg.key_exchange), soci::into(authenticated), soci::into(rejected),
       soci::into(replayed), soci::into(clear), soci::into(padlock), soci::into(failing), soci::use(call));
  query.execute();
  while (query.fetch()) {
    leg.packets_authenticated = static_cast<std::uint64_t>(authenticated);
    leg.packets_rejected = static_cast<std::uint64_t>(rejected);
    leg.packets_replayed = static_cast<std::uint64_t>(replayed);
    leg.packets_clear = static_cast<std::uint64_t>(clear);
    leg.padlock = padlock != 0;
    leg.failing = split(failing);
    out.push_back(leg);
  }
  return out;
}

/// `atomically` for the frequent writes, whose `work` takes back what it did where it throws. A savepoint inside a
/// transaction copies each page it touches: a quarter of the cost of a recorded call.
template <class Work>
base::Result<void> in_one_step(bool is_in_transaction, Savepoint& savepoint, Work work) {
  if (!is_in_transaction) return atomically(savepoint, work);
  try {
    return work();
  } catch (const soci::soci_error& error) {
    return tl::unexpected(database_error(error));
  }
}

}  // namespace

base::Result<void> Database::record_call(const CallRecord& record) {
  return in_one_step(in_transaction(), *savepoint_, [&]() -> base::Result<void> {
    const std::optional<long long> seq = (*insert_call_)(record);
    if (!seq) return base::fail("call.exists", "A call with this id is recorded already.", "id");
    try {
      int position = 0;
      for (const LegRecord& leg : record.legs) (*insert_leg_)(*seq, position++, leg);
      call_limit_->apply(*seq);
    } catch (...) {
      take_back("DELETE FROM call WHERE seq = :seq", *seq);
      throw;
    }
    return {};
  });
}

std::vector<CallRecord> Database::read_calls(const std::string& query, const std::string& key, long long limit) {
  std::vector<std::pair<long long, CallRecord>> found;
  {
    CallRecord row;
    long long seq = 0;
    long long started = 0;
    long long answered = 0;
    long long ended = 0;
    soci::statement select = (sql_->prepare << query, soci::into(seq), soci::into(row.id), soci::into(row.from),
                              soci::into(row.to), soci::into(started), soci::into(answered), soci::into(ended),
                              soci::into(row.cause), soci::use(key, "key"), soci::use(limit, "limit"));
    select.execute();
    while (select.fetch()) {
      row.started = from_ms(started);
      row.answered = answered == never ? std::nullopt : std::optional(from_ms(answered));
      row.ended = from_ms(ended);
      found.emplace_back(seq, row);
    }
  }
  std::vector<CallRecord> out;
  out.reserve(found.size());
  for (auto& [seq, call] : found) {
    call.legs = read_legs(*sql_, seq);
    out.push_back(std::move(call));
  }
  return out;
}

base::Result<CallRecord> Database::find_call(std::string_view id) {
  return atomically(*savepoint_, [&]() -> base::Result<CallRecord> {
    auto found = read_calls(
        "SELECT seq, id, caller, callee, started_ms, COALESCE(answered_ms, -1), ended_ms, cause FROM call"
        " WHERE id = :key LIMIT :limit",
        std::string(id), 1);
    if (found.empty()) return base::fail("call.unknown", "No call with this id is recorded.", "id");
    return std::move(found.front());
  });
}

base::Result<std::vector<CallRecord>> Database::recent_calls(std::size_t limit) {
  return atomically(*savepoint_, [&]() -> base::Result<std::vector<CallRecord>> {
    return read_calls(
        "SELECT seq, id, caller, callee, started_ms, COALESCE(answered_ms, -1), ended_ms, cause FROM call"
        " WHERE id <> :key ORDER BY seq DESC LIMIT :limit",
        "", page(limit));
  });
}

base::Result<void> Database::write_journal(const JournalEntry& entry) {
  return in_one_step(in_transaction(), *savepoint_, [&]() -> base::Result<void> {
    const long long id = (*insert_journal_)(entry);
    try {
      journal_limit_->apply(id);
    } catch (...) {
      take_back("DELETE FROM journal WHERE id = :id", id);
      throw;
    }
    return {};
  });
}

base::Result<std::vector<JournalEntry>> Database::recent_journal(std::size_t limit) {
  return atomically(*savepoint_, [&]() -> base::Result<std::vector<JournalEntry>> {
    std::vector<JournalEntry> out;
    JournalEntry row;
    long long id = 0;
    long long at = 0;
    const long long most = page(limit);
    soci::statement query =
        (sql_->prepare << "SELECT id, at_ms, actor, code, message, subject FROM journal ORDER BY id DESC LIMIT :limit",
         soci::into(id), soci::into(at), soci::into(row.actor), soci::into(row.code), soci::into(row.message),
         soci::into(row.subject), soci::use(most));
    query.execute();
    while (query.fetch()) {
      row.id = static_cast<std::uint64_t>(id);
      row.at = from_ms(at);
      out.push_back(row);
    }
    return out;
  });
}

}  // namespace cadenas::store
