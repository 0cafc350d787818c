#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include "base/clock.hpp"

namespace cadenas::base {

/// One-shot timers of one loop, ordered by deadline. Not thread-safe: it belongs to its loop.
///
/// It reads no clock and starts no thread: the loop (or a test) says what time it is by calling `run_due`.
class Timers {
 public:
  using Id = std::uint64_t;  ///< 0 is never given out
  using Callback = std::function<void()>;

  /// Runs `callback` at the first `run_due` whose time is not before `deadline`.
  Id at(SteadyTime deadline, Callback callback);
  /// True if the timer was still waiting; it will not run.
  bool cancel(Id id);
  /// Runs, in order of deadline, every timer that is due at `now`, including those that are added meanwhile and due.
  void run_due(SteadyTime now);
  /// The earliest deadline, if any timer waits.
  std::optional<SteadyTime> next() const;
  std::size_t size() const { return waiting_.size(); }

 private:
  using Key = std::pair<SteadyTime, Id>;  // the id keeps equal deadlines in the order they were asked for
  std::map<Key, Callback> waiting_;
  std::unordered_map<Id, SteadyTime> deadlines_;
  Id last_id_ = 0;
};

}  // namespace cadenas::base
