#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "store/database.hpp"
#include "store/model.hpp"

namespace cadenas::store {

class CommitQueue;

/// The persistent model behind its own thread: callers post a change and are told when it is on the disk.
///
/// Every member function may be called from any thread and returns without waiting for the disk. A completion runs on
/// the database thread, after the commit and after `snapshot()` shows the change: post to your own loop from it, and do
/// not block in it. Changes run in the order they were posted; those that wait together are committed together, each
/// succeeding or failing on its own. A change that fails leaves nothing behind.
///
/// Errors of every operation: "store.failed" (the database refused; nothing was changed), "store.busy" (too many
/// requests wait; the completion then runs inside the call), and those named at each.
class Store {
 public:
  template <class T>
  using Done = std::function<void(base::Result<T>)>;

  /// Opens or creates the database (mode 0600) and brings its schema up to date; blocks, call before the loops start.
  /// Errors "store.open", "store.newer-schema", "store.damaged".
  static base::Result<std::unique_ptr<Store>> open(const std::string& file, Retention retention = {});
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  /// Carries out what was posted before, then ends the thread. Not from a completion or listener.
  ~Store();

  /// The model as of the last commit. Never null; waits for no disk and no change in progress, at most for the copy of
  /// a pointer.
  std::shared_ptr<const Snapshot> snapshot() const noexcept;
  /// Called on the database thread after each replacement of the snapshot (mode, certificates: MODE-7). Set once,
  /// before the first change.
  void on_change(std::function<void(std::shared_ptr<const Snapshot>)> listener);

  /// Errors "subscription.exists", "subscription.number-invalid", "subscription.display-name-invalid",
  /// "subscription.auth-user-invalid", "subscription.no-credentials", "subscription.class-unknown".
  void add_subscription(Subscription subscription, Done<void> done);
  /// Replaces all of it; empty credentials keep those stored. Errors "subscription.unknown" and those of adding.
  void change_subscription(Subscription subscription, Done<void> done);
  /// Error "subscription.unknown".
  void remove_subscription(std::string number, Done<void> done);

  /// Adds or replaces. Error "class.name-invalid".
  void put_class(FacilityClass facility_class, Done<void> done);
  /// Errors "class.unknown", "class.in-use".
  void remove_class(std::string name, Done<void> done);

  /// Replaces the settings, except `system_id` and `licensed`, which stay as stored. Errors "settings.realm-invalid",
  /// "settings.realm-in-use" (stored digests hold for the old realm only), "settings.address-invalid",
  /// "settings.fqdn-invalid", "settings.crl-uri-invalid".
  void change_settings(SystemSettings settings, Done<void> done);
  /// RIGHT-1: enters the unlock key (menu 2.1.3). Error "licence.key-invalid".
  void unlock(std::string key, Done<void> done);

  /// Adds or replaces. Errors "account.name-invalid", "account.no-password", "account.last-administrator".
  void put_account(AdminAccount account, Done<void> done);
  /// Errors "account.unknown", "account.last-administrator".
  void remove_account(std::string name, Done<void> done);

  /// Adds or replaces; without a password the one stored for that Digest user is kept. Errors "trunk.name-invalid",
  /// "trunk.address-invalid", "trunk.identity-without-tls", "trunk.identity-invalid", "trunk.verify-without-tls",
  /// "trunk.srtp-without-tls", "trunk.prefix-invalid", "trunk.prefix-repeated", "trunk.prefix-in-use",
  /// "trunk.prefix-of-room", "trunk.strip-invalid", "trunk.auth-user-invalid", "trunk.password-invalid",
  /// "trunk.no-password", "trunk.max-calls-invalid".
  void put_trunk(Trunk trunk, Done<void> done);
  /// Error "trunk.unknown".
  void remove_trunk(std::string name, Done<void> done);
  /// Adds or replaces; see ConferenceRoom::pin. Errors "room.number-invalid", "room.name-invalid", "room.pin-invalid",
  /// "room.number-in-use" (by a subscription or a TDM port), "room.number-of-trunk" (a prefix of one covers it),
  /// "room.no-pin".
  void put_room(ConferenceRoom room, Done<void> done);
  /// Its links go with it. Error "room.unknown".
  void remove_room(std::string number, Done<void> done);
  /// Does nothing where they are linked. Errors "room.unknown", "room.link-ring".
  void link_rooms(RoomLink link, Done<void> done);
  /// Error "room.link-unknown".
  void unlink_rooms(RoomLink link, Done<void> done);

  /// Adds or replaces. Errors "tdm.shelf-invalid", "tdm.slot-invalid", "tdm.number-invalid", "tdm.number-in-use",
  /// "tdm.number-of-trunk", "tdm.display-name-invalid", "tdm.prefix-invalid", "tdm.prefix-of-terminal",
  /// "tdm.prefix-in-use" (by a SIP trunk), "tdm.strip-invalid", "tdm.strip-differs" (from others of that prefix).
  void put_tdm_port(TdmPort port, Done<void> done);
  /// `name` is TdmPort::name. Error "tdm.unknown".
  void remove_tdm_port(std::string name, Done<void> done);

  /// Adds or replaces; secrets that are left out stay as stored for the same address, version and user. `done` is given
  /// what is stored. Errors "snmp.name-invalid", "snmp.address-invalid", "snmp.port-invalid", "snmp.community-invalid",
  /// "snmp.user-invalid", "snmp.passphrase-invalid".
  void put_snmp_destination(SnmpDestination destination, Done<SnmpDestination> done);
  /// Error "snmp.unknown".
  void remove_snmp_destination(std::string name, Done<void> done);

  /// On the disk some milliseconds later, together with what else a busy hour records. Error "call.exists".
  void record_call(CallRecord record, Done<void> done);
  /// Error "call.unknown".
  void find_call(std::string id, Done<CallRecord> done);
  /// Newest first.
  void recent_calls(std::size_t limit, Done<std::vector<CallRecord>> done);

  /// On the disk as soon as record_call.
  void write_journal(JournalEntry entry, Done<void> done);
  /// Newest first.
  void recent_journal(std::size_t limit, Done<std::vector<JournalEntry>> done);

 private:
  explicit Store(std::unique_ptr<CommitQueue> queue);
  std::unique_ptr<CommitQueue> queue_;
};

}  // namespace cadenas::store
