#include "pbx/locations.hpp"

#include <algorithm>
#include <mutex>

#include "base/log.hpp"
#include "base/loop.hpp"

namespace cadenas::pbx {

struct Locations::Shard {
  Shard(base::Loop& home, std::size_t bindings_per_number) : loop(home), table(bindings_per_number) {}

  void note_size() { size.store(table.size(), std::memory_order_relaxed); }
  void log(const BindingTable::Removed& removed, std::string_view event) const {
    for (const auto& [number, binding] : removed) {
      base::log::info(event, {{"number", number},
                              {"transport", sip::to_string(binding.flow.transport)},
                              {"remote", binding.flow.remote.to_string()},
                              {"contact", binding.contact_uri}});
    }
  }

  base::Loop& loop;
  BindingTable table;
  bool sweeping = false;
  std::atomic<std::size_t> size{0};
  std::atomic<std::uint64_t> lost{0};
  std::atomic<std::uint64_t> expired{0};
};

Locations::Locations(base::Loops& loops) : Locations(loops, Settings{}) {}

Locations::Locations(base::Loops& loops, Settings settings) : loops_(loops), settings_(settings) {
  for (unsigned i = 0; i < loops_.size(); ++i) {
    shards_.push_back(std::make_unique<Shard>(loops_.at(i), settings_.bindings_per_number));
  }
}

Locations::~Locations() = default;

Locations::Shard& Locations::shard_of(const std::string& number) {
  return *shards_[std::hash<std::string>{}(number) % shards_.size()];
}

base::Loop& Locations::home_of(const std::string& number) {
  return shard_of(number).loop;
}

void Locations::find(std::string number, base::Loop& answer_on, Found found) {
  Shard& shard = shard_of(number);
  shard.loop.dispatch([&shard, &answer_on, number = std::move(number), found = std::move(found)]() mutable {
    auto bindings = shard.table.find(number, shard.loop.clock().steady());
    answer_on.dispatch(
        [found = std::move(found), bindings = std::move(bindings)]() mutable { found(std::move(bindings)); });
  });
}

void Locations::apply(std::string number, BindingUpdate update, base::Loop& answer_on, Applied applied) {
  Shard& shard = shard_of(number);
  shard.loop.dispatch([this, &shard, &answer_on, number = std::move(number), update = std::move(update),
                       applied = std::move(applied)]() mutable {
    const std::size_t before = shard.table.size();
    auto outcome = shard.table.apply(number, update, shard.loop.clock().steady());
    shard.note_size();
    // A refresh changes nothing a person would look for, and comes by the thousand.
    if (shard.table.size() > before) {
      base::log::info("registrar.bound", {{"number", number},
                                          {"transport", sip::to_string(update.flow.transport)},
                                          {"tls", update.flow.tls ? update.flow.tls->version : ""},
                                          {"remote", update.flow.remote.to_string()},
                                          {"user_agent", update.user_agent}});
    }
    arm_sweep(shard);
    answer_on.dispatch(
        [applied = std::move(applied), outcome = std::move(outcome)]() mutable { applied(std::move(outcome)); });
  });
}

void Locations::list(const Listed& listed) {
  struct Gathering {
    std::mutex writing;
    std::vector<RegistrationView> views;
    std::size_t missing = 0;
  };
  auto gathering = std::make_shared<Gathering>();
  gathering->missing = shards_.size();
  for (const auto& shard : shards_) {
    shard->loop.post([&shard = *shard, gathering, listed] {
      const auto now = shard.loop.clock().steady();
      std::vector<RegistrationView> own;
      shard.table.for_each(now, [&](const std::string& number, const Binding& b) {
        const auto left = std::chrono::duration_cast<std::chrono::seconds>(b.expires - now).count();
        own.push_back({number, b.contact_uri, b.flow, b.instance, b.reg_id, b.q, left, b.user_agent});
      });
      std::vector<RegistrationView> all;
      {
        const std::lock_guard lock(gathering->writing);
        std::move(own.begin(), own.end(), std::back_inserter(gathering->views));
        if (--gathering->missing != 0) return;
        all = std::move(gathering->views);
      }
      std::sort(all.begin(), all.end(), [](const RegistrationView& a, const RegistrationView& b) {
        return std::tie(a.number, b.q, a.contact_uri) < std::tie(b.number, a.q, b.contact_uri);
      });
      listed(std::move(all));
    });
  }
}

void Locations::remove_flow(const sip::Flow& flow) {
  if (flow.connection == 0) return;
  for (const auto& shard : shards_) {
    shard->loop.dispatch([&shard = *shard, connection = flow.connection] {
      const auto removed = shard.table.remove_connection(connection);
      shard.note_size();
      shard.lost.fetch_add(removed.size(), std::memory_order_relaxed);
      shard.log(removed, "registrar.connection-closed");
    });
  }
}

void Locations::remove_unless(const BindingTable::Keep& keep, const char* event) {
  for (const auto& shard : shards_) {
    shard->loop.dispatch([&shard = *shard, keep, event] {
      const auto removed = shard.table.remove_unless(keep);
      shard.note_size();
      shard.log(removed, event);
    });
  }
}

void Locations::arm_sweep(Shard& shard) {
  if (shard.sweeping || shard.table.size() == 0) return;
  shard.sweeping = true;
  shard.loop.after(settings_.sweep_interval, [this, &shard] {
    const auto removed = shard.table.remove_expired(shard.loop.clock().steady());
    shard.note_size();
    shard.expired.fetch_add(removed.size(), std::memory_order_relaxed);
    shard.log(removed, "registrar.expired");
    shard.sweeping = false;
    arm_sweep(shard);
  });
}

std::size_t Locations::size() const {
  std::size_t sum = 0;
  for (const auto& shard : shards_) sum += shard->size.load(std::memory_order_relaxed);
  return sum;
}

std::uint64_t Locations::lost_with_connection() const {
  std::uint64_t sum = 0;
  for (const auto& shard : shards_) sum += shard->lost.load(std::memory_order_relaxed);
  return sum;
}

std::uint64_t Locations::expired() const {
  std::uint64_t sum = 0;
  for (const auto& shard : shards_) sum += shard->expired.load(std::memory_order_relaxed);
  return sum;
}

}  // namespace cadenas::pbx
