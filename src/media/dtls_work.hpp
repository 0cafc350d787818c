#pragma once

#include <deque>
#include <optional>
#include <set>
#include <utility>

#include "base/clock.hpp"
#include "media/dtls_context.hpp"

namespace cadenas::media {

/// What is done for it outside of packets.
class DtlsWorker {
 public:
  virtual void work(base::SteadyTime now) = 0;    ///< one piece, as asked for by DtlsWork::ask
  virtual void expire(base::SteadyTime now) = 0;  ///< the time set by DtlsWork::wake_at has come

 protected:
  ~DtlsWorker() = default;
};

/// The handshakes of one media thread, and the answers that leave for the checks of ICE. Public-key work takes as long
/// as some hundred packets: a thread does one piece of it between two rounds of packets, in turn for all who asked, so
/// that a burst of handshakes delays the voice of others by one piece a round and never by all of them. One thread.
class DtlsWork {
 public:
  /// `context` outlives it.
  explicit DtlsWork(const DtlsContext& context) : context_(context) {}
  DtlsWork(const DtlsWork&) = delete;
  DtlsWork& operator=(const DtlsWork&) = delete;

  const DtlsContext& context() const { return context_; }

  /// `worker.work` once. May be called within it. Cheap enough for a packet.
  void ask(DtlsWorker& worker);
  /// `worker.expire` at that time in place of any before; none: not any more.
  void wake_at(DtlsWorker& worker, std::optional<base::SteadyTime> at);
  /// The worker goes, or wants nothing any more.
  void forget(DtlsWorker& worker);

  /// When `step` has something to do; the epoch of the clock if at once.
  std::optional<base::SteadyTime> next() const;
  /// One timer that is due and one piece of work.
  void step(base::SteadyTime now);

 private:
  const DtlsContext& context_;
  std::deque<DtlsWorker*> asked_;
  std::set<std::pair<base::SteadyTime, DtlsWorker*>> timers_;
};

}  // namespace cadenas::media
