#include "rtpengine/pool.hpp"

#include <algorithm>
#include <utility>

#include "base/bytes.hpp"
#include "base/log.hpp"

namespace cadenas::rtpengine {

std::optional<std::size_t> choose(const std::vector<InstanceView>& instances, std::size_t last) {
  std::optional<std::size_t> best;
  for (std::size_t step = 1; step <= instances.size(); ++step) {
    const std::size_t at = (last + step) % instances.size();
    const InstanceView& one = instances[at];
    if (one.state != InstanceState::up) continue;
    // sessions / weight, compared without division
    if (!best || one.sessions * instances[*best].weight < instances[*best].sessions * one.weight) best = at;
  }
  return best;
}

base::Result<std::unique_ptr<Pool>> Pool::create(PoolSettings settings, base::Loop& loop, Events events) {
  std::unique_ptr<Pool> pool(new Pool(std::move(settings), loop, std::move(events)));
  for (const PoolSettings::Instance& instance : pool->settings_.instances) {
    auto client = NgClient::open(loop, instance.control, pool->settings_.client);
    if (!client) return tl::unexpected(client.error());
    InstanceView view;
    view.control = instance.control.to_string();
    view.weight = instance.weight;
    pool->instances_.push_back({std::move(*client), InstanceHealth(pool->settings_.health), std::move(view)});
  }
  pool->publish();
  return pool;
}

Pool::Pool(PoolSettings settings, base::Loop& loop, Events events)
    : settings_(std::move(settings)), loop_(loop), events_(std::move(events)) {}

void Pool::start() {
  loop_.post([this] {
    for (std::size_t at = 0; at < instances_.size(); ++at) ping(at);
    loop_.after(settings_.poll_interval, [this] { poll(); });
  });
}

void Pool::ping(std::size_t at) {
  instances_[at].client->ask(ping_command(), [this, at](const base::Result<Value>& answer) { take_pong(at, answer); });
}

void Pool::take_pong(std::size_t at, const base::Result<Value>& answer) {
  Instance& instance = instances_[at];
  const base::WallTime now = loop_.clock().now();
  const bool changed = answer ? instance.health.on_pong(now) : instance.health.on_miss(answer.error().message, now);
  if (changed) {
    instance.view.state = instance.health.state();
    instance.view.reason = instance.health.reason();
    instance.view.since = instance.health.since();
    if (instance.health.state() == InstanceState::down) {
      fall(at);
    } else {
      publish();
      if (events_.on_state) events_.on_state(instance.view, 0);
    }
  }
  loop_.after(settings_.ping_interval, [this, at] { ping(at); });
}

void Pool::fall(std::size_t at) {
  std::vector<SessionId> gone;
  for (const auto& [id, held] : sessions_) {
    if (held.instance == at) gone.push_back(id);
  }
  std::sort(gone.begin(), gone.end());
  publish();
  if (events_.on_state) events_.on_state(instances_[at].view, gone.size());
  lose(gone);
}

// They stay held, so that whoever has them learns of it by their counters too, until they are closed.
void Pool::lose(const std::vector<SessionId>& ids) {
  std::vector<SessionId> fresh;
  {
    const std::lock_guard lock(guard_);
    for (const SessionId id : ids) {
      const auto found = counters_.find(id);
      if (found == counters_.end() || found->second.lost) continue;
      found->second.lost = true;
      fresh.push_back(id);
    }
  }
  for (const SessionId id : fresh) ++instances_[sessions_.at(id).instance].view.lost;
  publish();
  if (!fresh.empty() && events_.on_lost) events_.on_lost(fresh);
}

void Pool::poll() {
  std::vector<SessionId> ids;
  for (const auto& [id, held] : sessions_) {
    if (held.session->described() && instances_[held.instance].view.state == InstanceState::up) ids.push_back(id);
  }
  std::sort(ids.begin(), ids.end());
  std::rotate(ids.begin(), std::upper_bound(ids.begin(), ids.end(), polled_), ids.end());
  if (ids.size() > settings_.queries_at_once) ids.resize(settings_.queries_at_once);
  for (const SessionId id : ids) {
    polled_ = id;
    sessions_.at(id).session->query([this, id](const base::Result<media::SessionStats>& stats) {
      if (!sessions_.contains(id)) return;
      if (!stats) {
        // It is there and does not know the call: it was started anew, or has given the call up as silent.
        if (stats.error().code == "rtpengine.refused") lose({id});
        return;
      }
      const std::lock_guard lock(guard_);
      const auto known = counters_.find(id);
      if (known == counters_.end()) return;  // being closed
      known->second.a = stats->a;
      known->second.b = stats->b;
    });
  }
  loop_.after(settings_.poll_interval, [this] { poll(); });
}

void Pool::open(SessionId id, media::AddressFamily a, media::AddressFamily b, Opened done) {
  loop_.post([this, id, naming = SessionNaming{"cadenas-" + base::random_hex(12), a, b}, done = std::move(done)] {
    try_open(id, naming, {}, {"rtpengine.none-up", "No rtpengine of the pool answers.", ""}, done);
  });
}

void Pool::try_open(SessionId id, const SessionNaming& naming, std::vector<std::size_t> tried, base::Error last,
                    const Opened& done) {
  std::vector<InstanceView> candidates;
  for (const Instance& instance : instances_) candidates.push_back(instance.view);
  for (const std::size_t at : tried) candidates[at].state = InstanceState::unknown;
  const auto chosen = choose(candidates, last_chosen_);
  if (!chosen) return done(tl::unexpected(std::move(last)));
  last_chosen_ = *chosen;
  tried.push_back(*chosen);
  auto session = std::make_shared<RelaySession>(*instances_[*chosen].client, naming);
  ++instances_[*chosen].view.sessions;  // at once, so that a burst spreads
  session->open([=, this, at = *chosen, tried = std::move(tried)](base::Result<media::SessionPorts> ports) {
    InstanceView& instance = instances_[at].view;
    if (!ports || instance.state != InstanceState::up) {
      --instance.sessions;
      publish();
      return try_open(id, naming, tried, ports ? last : ports.error(), done);
    }
    ++instance.opened;
    sessions_.emplace(id, Held{at, session});
    {
      const std::lock_guard lock(guard_);
      counters_[id].relay = instance.control;
    }
    publish();
    done(std::move(ports));
  });
}

base::Result<void> Pool::configure(SessionId id, media::Side side, media::LegMedia leg) {
  if (!holds(id)) return base::fail("media.no-session", "There is no such media session.");
  if (auto describable = check_describable(leg); !describable) return describable;
  auto shared = std::make_shared<media::LegMedia>(std::move(leg));
  loop_.post([this, id, side, shared] {
    const auto found = sessions_.find(id);
    if (found == sessions_.end()) return;
    found->second.session->describe(side, std::move(*shared), [id](const base::Error& error) {
      base::log::error("rtpengine.not-described", {{"session", id}, {"code", error.code}, {"message", error.message}});
    });
  });
  return {};
}

void Pool::close(SessionId id, std::function<void(std::optional<media::SessionStats>)> done) {
  std::optional<media::SessionStats> last;
  {
    const std::lock_guard lock(guard_);
    if (const auto found = counters_.find(id); found != counters_.end()) {
      last = found->second;
      counters_.erase(found);
    }
  }
  loop_.post([this, id, last = std::move(last), done = std::move(done)] {
    auto node = sessions_.extract(id);
    if (node.empty()) return done(std::nullopt);
    InstanceView& instance = instances_[node.mapped().instance].view;
    --instance.sessions;
    publish();
    if (instance.state != InstanceState::up) return done(last);
    node.mapped().session->close([last, done](const base::Result<media::SessionStats>& stats) {
      auto out = last;
      if (out && stats) {
        out->a = stats->a;
        out->b = stats->b;
      }
      done(out);
    });
  });
}

bool Pool::holds(SessionId id) const {
  const std::lock_guard lock(guard_);
  return counters_.contains(id);
}

std::optional<media::SessionStats> Pool::stats(SessionId id) const {
  const std::lock_guard lock(guard_);
  const auto found = counters_.find(id);
  if (found == counters_.end()) return std::nullopt;
  return found->second;
}

void Pool::publish() {
  auto next = std::make_shared<PoolView>();
  for (const Instance& instance : instances_) next->instances.push_back(instance.view);
  view_.store(std::move(next));
}

}  // namespace cadenas::rtpengine
