#pragma once

#include <deque>
#include <optional>
#include <set>
#include <utility>

#include "base/clock.hpp"
#include "media/dtls_context.hpp"

namespace cadenas::media {

/// What is done for it outside of packets.
class LegWorker {
 public:
  virtual void work(base::SteadyTime now) = 0;    ///< one piece, as asked for by LegWork::ask
  virtual void expire(base::SteadyTime now) = 0;  ///< the time set by LegWork::wake_at has come

 protected:
  ~LegWorker() = default;
};

/// What the legs of one media thread have to do beside passing packets on: their handshakes, and the answers that leave
/// for the checks of ICE. Public-key work takes as long as some hundred packets: a thread does one piece of it between
/// two rounds of packets, in turn for all who asked, so that a burst of handshakes delays the voice of others by one
/// piece a round and never by all of them. One thread.
class LegWork {
 public:
  /// `context` outlives it.
  explicit LegWork(const DtlsContext& context) : context_(context) {}
  LegWork(const LegWork&) = delete;
  LegWork& operator=(const LegWork&) = delete;

  const DtlsContext& context() const { return context_; }

  /// `worker.work` once. May be called within it. Cheap enough for a packet.
  void ask(LegWorker& worker);
  /// `worker.expire` at that time in place of any before; none: not any more.
  void wake_at(LegWorker& worker, std::optional<base::SteadyTime> at);
  /// The worker goes, or wants nothing any more.
  void forget(LegWorker& worker);

  /// When `step` has something to do; the epoch of the clock if at once.
  std::optional<base::SteadyTime> next() const;
  /// One timer that is due and one piece of work.
  void step(base::SteadyTime now);

 private:
  const DtlsContext& context_;
  std::deque<LegWorker*> asked_;
  std::set<std::pair<base::SteadyTime, LegWorker*>> timers_;
};

}  // namespace cadenas::media
