#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "base/timers.hpp"

namespace boost::asio {
class io_context;
}

namespace cadenas::base {

/// One event loop, run by one thread. What belongs to a loop is touched on it only; others `post` values to it.
class Loop {
 public:
  Loop(unsigned index, const Clock& clock);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  unsigned index() const { return index_; }
  /// What descriptors of this loop are made with: its sockets include Asio, nobody else needs to.
  boost::asio::io_context& io();
  const Clock& clock() const { return clock_; }

  /// Runs `work` later on this loop. Thread-safe; never runs it inside the call.
  void post(std::function<void()> work);
  /// Runs `work` now if called on this loop, else posts it. Thread-safe.
  void dispatch(std::function<void()> work);
  /// True on the thread that runs this loop.
  bool is_current() const;

  /// Timers of this loop; call on this loop only.
  Timers::Id after(Millis delay, Timers::Callback callback);
  bool cancel(Timers::Id id) { return timers_.cancel(id); }
  /// Runs the timers that are due by the clock. `run` does so by itself; a test that moves a ManualClock calls it, on
  /// this loop or while the loop does not run.
  void run_due() { timers_.run_due(clock_.steady()); }

  /// Runs until `stop`. An exception that reaches the edge is logged and the loop goes on: it is a programming error
  /// in one call or connection, and must not take the others down.
  void run();
  void stop();  ///< thread-safe
  /// Instead of `run`, on the calling thread: runs what is posted and what is due by the clock at this moment, until
  /// nothing is. For tests that own the clock.
  void run_ready();

 private:
  void arm();

  unsigned index_;
  const Clock& clock_;
  struct Reactor;
  std::unique_ptr<Reactor> reactor_;
  Timers timers_;
  SteadyTime armed_for_ = SteadyTime::max();
  std::atomic<std::thread::id> thread_{};
};

/// The signalling loops of the program, one per core by default.
class Loops {
 public:
  /// `count` 0 means one for each core.
  Loops(unsigned count, const Clock& clock);
  ~Loops();  ///< stops and joins
  void start();
  void stop();  ///< stops and joins; called from outside the loops
  unsigned size() const { return static_cast<unsigned>(loops_.size()); }
  Loop& at(unsigned index) { return *loops_[index]; }

 private:
  std::vector<std::unique_ptr<Loop>> loops_;
  std::vector<std::thread> threads_;
};

}  // namespace cadenas::base
