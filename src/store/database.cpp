#include "store/database.hpp"

#include <fcntl.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.hpp"
#include "store/call_insert.hpp"
#include "store/history_limit.hpp"
#include "store/journal_insert.hpp"
#include "store/leg_insert.hpp"
#include "store/migrations.hpp"
#include "store/transaction.hpp"

namespace cadenas::store {

namespace {

constexpr std::size_t system_id_octets = 8;

/// The mode must be right before SQLite writes the first digest: the WAL beside it takes the file's mode.
base::Result<void> make_private(const std::string& file) {
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return base::fail("store.open", "The database file cannot be opened for writing.", file);
  const bool ok = ::fchmod(fd, 0600) == 0;
  ::close(fd);
  if (!ok) return base::fail("store.open", "The database file belongs to someone else.", file);
  return {};
}

base::Result<void> configure(soci::session& sql) {
  std::string journal;
  sql << "PRAGMA journal_mode = WAL", soci::into(journal);
  sql << "PRAGMA synchronous = FULL";
  sql << "PRAGMA foreign_keys = ON";
  // Removed digests are overwritten, not only unlinked.
  sql << "PRAGMA secure_delete = ON";
  std::string found;
  sql << "PRAGMA quick_check(1)", soci::into(found);
  if (journal != "wal" || found != "ok") {
    return base::fail("store.damaged", "The database file is damaged: restore it from a backup.");
  }
  return {};
}

}  // namespace

Database::Database(std::unique_ptr<soci::session> sql, Retention retention)
    : sql_(std::move(sql)),
      retention_(retention),
      begin_(std::make_unique<soci::statement>((sql_->prepare << "BEGIN IMMEDIATE"))),
      commit_(std::make_unique<soci::statement>((sql_->prepare << "COMMIT"))),
      savepoint_(std::make_unique<Savepoint>(*sql_)) {}
Database::~Database() = default;

base::Result<std::unique_ptr<Database>> Database::open(const std::string& file, Retention retention) {
  if (file.empty() || file.find('"') != std::string::npos) {
    return base::fail("store.open", "The database needs a file name without quotes.", file);
  }
  if (auto ok = make_private(file); !ok) return tl::unexpected(ok.error());
  try {
    auto sql = std::make_unique<soci::session>(soci::sqlite3, "dbname=\"" + file + "\" timeout=5");
    if (auto ok = configure(*sql); !ok) return tl::unexpected(ok.error());
    std::unique_ptr<Database> out(new Database(std::move(sql), retention));
    if (auto ok = out->prepare(); !ok) return tl::unexpected(ok.error());
    return out;
  } catch (const soci::soci_error& error) {
    const auto* sqlite = dynamic_cast<const soci::sqlite3_soci_error*>(&error);
    const int result = sqlite ? sqlite->result() & 0xff : SQLITE_ERROR;
    if (result == SQLITE_NOTADB || result == SQLITE_CORRUPT) {
      return base::fail("store.damaged", "The file is no database, or a damaged one: restore it from a backup.", file);
    }
    return base::fail("store.open", database_error(error).message, file);
  }
}

base::Result<void> Database::prepare() {
  if (auto ok = migrate(*sql_); !ok) return ok;
  insert_call_ = std::make_unique<CallInsert>(*sql_);
  insert_leg_ = std::make_unique<LegInsert>(*sql_);
  insert_journal_ = std::make_unique<JournalInsert>(*sql_);
  call_limit_ = std::make_unique<HistoryLimit>(*sql_, "DELETE FROM call WHERE seq <= :oldest", retention_.calls);
  journal_limit_ = std::make_unique<HistoryLimit>(*sql_, "DELETE FROM journal WHERE id <= :oldest", retention_.journal);
  return atomically(*savepoint_, [&]() -> base::Result<void> {
    const std::string fresh_id = base::random_hex(system_id_octets);
    *sql_ << "INSERT OR IGNORE INTO system (id, system_id, realm) VALUES (1, :id, 'cadenas')", soci::use(fresh_id);
    return {};
  });
}

base::Result<void> Database::begin() {
  try {
    begin_->execute(true);
    return {};
  } catch (const soci::soci_error& error) {
    return tl::unexpected(database_error(error));
  }
}

base::Result<void> Database::commit() {
  try {
    commit_->execute(true);
    return {};
  } catch (const soci::soci_error& error) {
    const base::Error failure = database_error(error);
    roll_back();
    return tl::unexpected(failure);
  }
}

bool Database::in_transaction() const {
  const auto* backend = static_cast<soci::sqlite3_session_backend*>(sql_->get_backend());
  return sqlite_api::sqlite3_get_autocommit(backend->conn_) == 0;
}

void Database::roll_back() noexcept {
  if (!in_transaction()) return;
  try {
    *sql_ << "ROLLBACK";
  } catch (const std::exception&) {
    // SQLite rolled back by itself.
  }
}

void Database::take_back(const char* removal, long long key) noexcept {
  if (!in_transaction()) return;
  try {
    *sql_ << removal, soci::use(key);
  } catch (const std::exception&) {
    roll_back();
  }
}

bool Database::has_row(const char* query, const std::string& key) {
  int count = 0;
  *sql_ << query, soci::into(count), soci::use(key);
  return count > 0;
}

}  // namespace cadenas::store
