#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "base/endpoint.hpp"
#include "base/error.hpp"
#include "base/loop.hpp"
#include "base/published.hpp"
#include "media/board.hpp"
#include "media/leg_media.hpp"
#include "media/session_stats.hpp"
#include "rtpengine/instance_health.hpp"
#include "rtpengine/ng_client.hpp"
#include "rtpengine/pool_view.hpp"
#include "rtpengine/relay_session.hpp"

namespace cadenas::rtpengine {

struct PoolSettings {
  struct Instance {
    base::Endpoint control;  ///< where its `--listen-ng` is
    unsigned weight = 1;     ///< 1…100: its share of the sessions
  };
  std::vector<Instance> instances;
  base::Millis ping_interval{1'000};
  base::Millis poll_interval{2'000};  ///< how old the counters of a session get, if they all fit in
  std::size_t queries_at_once = 50;   ///< of one poll; the others have their turn at the next ones
  InstanceHealth::Settings health{};
  NgClient::Settings client{};
};

/// Media sessions on several rtpengine, each watched by pings. Sessions stay where they are; those of an instance that
/// goes away are lost and told. Works on its loop; the members say what else may call them.
class Pool {
 public:
  using SessionId = media::SessionId;
  /// Called on the pool's loop.
  struct Events {
    /// An instance has come up or gone down, with what it lost by that.
    std::function<void(const InstanceView&, std::size_t lost)> on_state;
    std::function<void(const std::vector<SessionId>&)> on_lost;
  };

  /// `loop` outlives the pool and does not run any more when that goes. Error "rtpengine.socket".
  static base::Result<std::unique_ptr<Pool>> create(PoolSettings settings, base::Loop& loop, Events events);
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  /// Begins to ping. Any thread, once.
  void start();

  /// Any thread; `done` runs on the pool's loop. Another instance is tried where one does not do it. Errors
  /// "rtpengine.none-up", or that of the last instance tried.
  void open(SessionId id, media::AddressFamily a, media::AddressFamily b,
            std::function<void(base::Result<media::SessionPorts>)> done);
  /// Any thread. Errors "media.no-session" and those of `check_describable`; a refusal of rtpengine is logged.
  base::Result<void> configure(SessionId id, media::Side side, media::LegMedia leg);
  /// Any thread. The session is not held any more at once; `done` runs on the pool's loop with its last counters, none
  /// if there is no such session.
  void close(SessionId id, std::function<void(std::optional<media::SessionStats>)> done);

  /// The session was opened here and not closed. Any thread.
  bool holds(SessionId id) const;
  /// As of the last poll. Any thread.
  std::optional<media::SessionStats> stats(SessionId id) const;
  /// Never null. Any thread.
  std::shared_ptr<const PoolView> view() const { return view_.load(); }

 private:
  struct Instance {
    std::unique_ptr<NgClient> client;
    InstanceHealth health;
    InstanceView view;
  };
  struct Held {
    std::size_t instance = 0;
    std::shared_ptr<RelaySession> session;
  };
  using Opened = std::function<void(base::Result<media::SessionPorts>)>;

  Pool(PoolSettings settings, base::Loop& loop, Events events);
  void ping(std::size_t at);
  void take_pong(std::size_t at, const base::Result<Value>& answer);
  void fall(std::size_t at);
  void poll();
  void try_open(SessionId id, const SessionNaming& naming, std::vector<std::size_t> tried, base::Error last,
                const Opened& done);
  void lose(const std::vector<SessionId>& ids);
  void publish();

  const PoolSettings settings_;
  base::Loop& loop_;
  Events events_;
  std::vector<Instance> instances_;
  std::unordered_map<SessionId, Held> sessions_;
  std::size_t last_chosen_ = 0;
  SessionId polled_ = 0;  // the last one
  base::Published<PoolView> view_{std::make_shared<const PoolView>()};

  mutable std::mutex guard_;                                     // of what other threads read
  std::unordered_map<SessionId, media::SessionStats> counters_;  // under guard_: one for each session held
};

}  // namespace cadenas::rtpengine
