#include "store/store.hpp"

#include "store/commit_queue.hpp"

namespace cadenas::store {

namespace {

using Change = CommitQueue::Change;

CommitQueue::Change put(Subscription subscription) {
  return [value = std::make_shared<const Subscription>(std::move(subscription))](Snapshot& s) {
    // The key is a view of the value: an old key must go with its value.
    s.subscriptions.erase(value->number);
    s.subscriptions.emplace(value->number, value);
  };
}

}  // namespace

Store::Store(std::unique_ptr<CommitQueue> queue) : queue_(std::move(queue)) {}
Store::~Store() = default;

base::Result<std::unique_ptr<Store>> Store::open(const std::string& file, Retention retention) {
  auto database = Database::open(file, retention);
  if (!database) return tl::unexpected(database.error());
  auto first = (*database)->load();
  if (!first) return tl::unexpected(first.error());
  return std::unique_ptr<Store>(new Store(std::make_unique<CommitQueue>(*std::move(database), *std::move(first))));
}

std::shared_ptr<const Snapshot> Store::snapshot() const noexcept {
  return queue_->snapshot();
}

void Store::on_change(std::function<void(std::shared_ptr<const Snapshot>)> listener) {
  queue_->on_change(std::move(listener));
}

void Store::add_subscription(Subscription subscription, Done<void> done) {
  queue_->post<void>(
      [subscription = std::move(subscription)](Database& db, Change& change) {
        return db.add_subscription(subscription).map([&](Subscription stored) { change = put(std::move(stored)); });
      },
      std::move(done));
}

void Store::change_subscription(Subscription subscription, Done<void> done) {
  queue_->post<void>(
      [subscription = std::move(subscription)](Database& db, Change& change) {
        return db.change_subscription(subscription).map([&](Subscription stored) { change = put(std::move(stored)); });
      },
      std::move(done));
}

void Store::remove_subscription(std::string number, Done<void> done) {
  queue_->post<void>(
      [number = std::move(number)](Database& db, Change& change) {
        change = [number](Snapshot& s) { s.subscriptions.erase(number); };
        return db.remove_subscription(number);
      },
      std::move(done));
}

void Store::put_class(FacilityClass facility_class, Done<void> done) {
  queue_->post<void>(
      [facility_class = std::move(facility_class)](Database& db, Change& change) {
        change = [facility_class](Snapshot& s) { s.classes.insert_or_assign(facility_class.name, facility_class); };
        return db.put_class(facility_class);
      },
      std::move(done));
}

void Store::remove_class(std::string name, Done<void> done) {
  queue_->post<void>(
      [name = std::move(name)](Database& db, Change& change) {
        change = [name](Snapshot& s) { s.classes.erase(name); };
        return db.remove_class(name);
      },
      std::move(done));
}

void Store::change_settings(SystemSettings settings, Done<void> done) {
  queue_->post<void>(
      [settings = std::move(settings)](Database& db, Change& change) {
        return db.change_settings(settings).map([&](SystemSettings stored) {
          change = [stored = std::move(stored)](Snapshot& s) { s.settings = stored; };
        });
      },
      std::move(done));
}

void Store::unlock(std::string key, Done<void> done) {
  queue_->post<void>(
      [key = std::move(key)](Database& db, Change& change) {
        change = [](Snapshot& s) { s.settings.licensed = true; };
        return db.unlock(key);
      },
      std::move(done));
}

void Store::put_account(AdminAccount account, Done<void> done) {
  queue_->post<void>(
      [account = std::move(account)](Database& db, Change& change) {
        change = [account](Snapshot& s) { s.accounts.insert_or_assign(account.name, account); };
        return db.put_account(account);
      },
      std::move(done));
}

void Store::remove_account(std::string name, Done<void> done) {
  queue_->post<void>(
      [name = std::move(name)](Database& db, Change& change) {
        change = [name](Snapshot& s) { s.accounts.erase(name); };
        return db.remove_account(name);
      },
      std::move(done));
}

void Store::put_trunk(Trunk trunk, Done<void> done) {
  queue_->post<void>(
      [trunk = std::move(trunk)](Database& db, Change& change) {
        return db.put_trunk(trunk).map([&](Trunk stored) {
          change = [stored = std::make_shared<const Trunk>(std::move(stored))](Snapshot& s) {
            s.trunks.insert_or_assign(stored->name, stored);
          };
        });
      },
      std::move(done));
}

void Store::remove_trunk(std::string name, Done<void> done) {
  queue_->post<void>(
      [name = std::move(name)](Database& db, Change& change) {
        change = [name](Snapshot& s) { s.trunks.erase(name); };
        return db.remove_trunk(name);
      },
      std::move(done));
}

void Store::put_room(ConferenceRoom room, Done<void> done) {
  queue_->post<void>(
      [room = std::move(room)](Database& db, Change& change) {
        return db.put_room(room).map([&](ConferenceRoom stored) {
          change = [stored = std::make_shared<const ConferenceRoom>(std::move(stored))](Snapshot& s) {
            s.rooms.insert_or_assign(stored->number, stored);
          };
        });
      },
      std::move(done));
}

void Store::remove_room(std::string number, Done<void> done) {
  queue_->post<void>(
      [number = std::move(number)](Database& db, Change& change) {
        change = [number](Snapshot& s) {
          s.rooms.erase(number);
          std::erase_if(s.room_links, [&](const RoomLink& link) { return link.joins(number); });
        };
        return db.remove_room(number);
      },
      std::move(done));
}

void Store::put_tdm_port(TdmPort port, Done<void> done) {
  queue_->post<void>(
      [port = std::move(port)](Database& db, Change& change) {
        return db.put_tdm_port(port).map([&](TdmPort stored) {
          change = [stored = std::make_shared<const TdmPort>(std::move(stored))](Snapshot& s) {
            s.tdm_ports.insert_or_assign(stored->name(), stored);
          };
        });
      },
      std::move(done));
}

void Store::link_rooms(RoomLink link, Done<void> done) {
  queue_->post<void>(
      [link = std::move(link)](Database& db, Change& change) {
        change = [link](Snapshot& s) { s.room_links.insert(link); };
        return db.link_rooms(link);
      },
      std::move(done));
}

void Store::remove_tdm_port(std::string name, Done<void> done) {
  queue_->post<void>(
      [name = std::move(name)](Database& db, Change& change) {
        change = [name](Snapshot& s) { s.tdm_ports.erase(name); };
        return db.remove_tdm_port(name);
      },
      std::move(done));
}

void Store::unlink_rooms(RoomLink link, Done<void> done) {
  queue_->post<void>(
      [link = std::move(link)](Database& db, Change& change) {
        change = [link](Snapshot& s) { s.room_links.erase(link); };
        return db.unlink_rooms(link);
      },
      std::move(done));
}

void Store::put_snmp_destination(SnmpDestination destination, Done<SnmpDestination> done) {
  queue_->post<SnmpDestination>(
      [destination = std::move(destination)](Database& db, Change& change) {
        return db.put_snmp_destination(destination).map([&](SnmpDestination stored) {
          change = [stored](Snapshot& s) { s.snmp_destinations.insert_or_assign(stored.name, stored); };
          return stored;
        });
      },
      std::move(done));
}

void Store::remove_snmp_destination(std::string name, Done<void> done) {
  queue_->post<void>(
      [name = std::move(name)](Database& db, Change& change) {
        change = [name](Snapshot& s) { s.snmp_destinations.erase(name); };
        return db.remove_snmp_destination(name);
      },
      std::move(done));
}

void Store::record_call(CallRecord record, Done<void> done) {
  queue_->post<void>([record = std::move(record)](Database& db, Change&) { return db.record_call(record); },
                     std::move(done), CommitQueue::Haste::with_others);
}

void Store::find_call(std::string id, Done<CallRecord> done) {
  queue_->post<CallRecord>([id = std::move(id)](Database& db, Change&) { return db.find_call(id); }, std::move(done));
}

void Store::recent_calls(std::size_t limit, Done<std::vector<CallRecord>> done) {
  queue_->post<std::vector<CallRecord>>([limit](Database& db, Change&) { return db.recent_calls(limit); },
                                        std::move(done));
}

void Store::write_journal(JournalEntry entry, Done<void> done) {
  queue_->post<void>([entry = std::move(entry)](Database& db, Change&) { return db.write_journal(entry); },
                     std::move(done), CommitQueue::Haste::with_others);
}

void Store::recent_journal(std::size_t limit, Done<std::vector<JournalEntry>> done) {
  queue_->post<std::vector<JournalEntry>>([limit](Database& db, Change&) { return db.recent_journal(limit); },
                                          std::move(done));
}

}  // namespace cadenas::store
