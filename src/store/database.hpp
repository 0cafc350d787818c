#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "store/model.hpp"

namespace soci {
class session;
class statement;
}  // namespace soci

namespace cadenas::store {

class CallInsert;
class HistoryLimit;
class JournalInsert;
class LegInsert;
class Savepoint;

/// How much history is kept, in rows; older ones go when newer ones come. They go in groups: up to a 64th more than
/// asked for, at most 1,000 rows, may stand in between (none below 64).
struct Retention {
  std::size_t calls = 100'000;
  std::size_t journal = 100'000;
};

/// The embedded SQLite file: WAL, synchronous=FULL (what was committed survives kill -9 and power loss), foreign keys.
///
/// Belongs to one thread and blocks on the disk; programs use `Store`, which gives it a thread. Each operation happens
/// wholly or not at all, on its own or within begin/commit. Errors as in store.hpp; "store.failed" from any.
class Database {
 public:
  /// Creates the file with mode 0600, or takes an existing file to that mode, and migrates the schema. A new database
  /// gets a random system id and the realm "cadenas". Errors "store.open", "store.damaged", "store.newer-schema".
  static base::Result<std::unique_ptr<Database>> open(const std::string& file, Retention retention = {});
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  base::Result<void> begin();   ///< takes the write lock at once
  base::Result<void> commit();  ///< on an error everything since `begin` is undone
  /// False inside begin/commit once SQLite has rolled back on its own.
  bool in_transaction() const;

  /// The whole model; `revision` is 0.
  base::Result<Snapshot> load();

  // What is returned is what is stored: defaults filled in, kept values kept.
  base::Result<Subscription> add_subscription(Subscription subscription);
  base::Result<Subscription> change_subscription(Subscription subscription);
  base::Result<void> remove_subscription(std::string_view number);
  base::Result<void> put_class(const FacilityClass& facility_class);
  base::Result<void> remove_class(std::string_view name);
  base::Result<SystemSettings> change_settings(SystemSettings settings);
  base::Result<void> unlock(std::string_view key);
  base::Result<void> put_account(const AdminAccount& account);
  base::Result<void> remove_account(std::string_view name);
  base::Result<Trunk> put_trunk(Trunk trunk);
  base::Result<void> remove_trunk(std::string_view name);
  base::Result<ConferenceRoom> put_room(ConferenceRoom room);
  base::Result<void> remove_room(std::string_view number);
  base::Result<TdmPort> put_tdm_port(TdmPort port);
  base::Result<void> remove_tdm_port(std::string_view name);
  base::Result<void> link_rooms(const RoomLink& link);
  base::Result<void> unlink_rooms(const RoomLink& link);
  base::Result<SnmpDestination> put_snmp_destination(SnmpDestination destination);
  base::Result<void> remove_snmp_destination(std::string_view name);

  base::Result<void> record_call(const CallRecord& record);
  base::Result<CallRecord> find_call(std::string_view id);
  base::Result<std::vector<CallRecord>> recent_calls(std::size_t limit);
  base::Result<void> write_journal(const JournalEntry& entry);
  base::Result<std::vector<JournalEntry>> recent_journal(std::size_t limit);

 private:
  Database(std::unique_ptr<soci::session> sql, Retention retention);
  base::Result<void> prepare();
  SystemSettings read_settings();
  void read_subscriptions(Snapshot& into);
  void read_trunks(Snapshot& into);
  void read_rooms(Snapshot& into);
  void read_tdm_ports(Snapshot& into);
  RoomLinks read_room_links();
  void read_snmp_destinations(Snapshot& into);
  void write_trunk(const Trunk& trunk);
  void write_subscription(const Subscription& subscription);
  bool has_row(const char* query, const std::string& key);
  void roll_back() noexcept;
  /// Removes a row inserted in the open transaction; where that is refused too, the whole transaction goes.
  void take_back(const char* removal, long long key) noexcept;
  std::vector<CallRecord> read_calls(const std::string& query, const std::string& key, long long limit);

  std::unique_ptr<soci::session> sql_;
  Retention retention_;
  // Prepared statements, which go before their session.
  std::unique_ptr<soci::statement> begin_;
  std::unique_ptr<soci::statement> commit_;
  std::unique_ptr<Savepoint> savepoint_;
  std::unique_ptr<CallInsert> insert_call_;
  std::unique_ptr<LegInsert> insert_leg_;
  std::unique_ptr<JournalInsert> insert_journal_;
  std::unique_ptr<HistoryLimit> call_limit_;
  std::unique_ptr<HistoryLimit> journal_limit_;
};

}  // namespace cadenas::store
