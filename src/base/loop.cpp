#include "base/loop.hpp"

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <exception>
#include <string>

#include "base/log.hpp"
#include "base/thread_name.hpp"

namespace cadenas::base {

struct Loop::Reactor {
  boost::asio::io_context io{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{io.get_executor()};
  boost::asio::steady_timer wake{io};
};

Loop::Loop(unsigned index, const Clock& clock) : index_(index), clock_(clock), reactor_(std::make_unique<Reactor>()) {}

Loop::~Loop() = default;

boost::asio::io_context& Loop::io() {
  return reactor_->io;
}

void Loop::post(std::function<void()> work) {
  boost::asio::post(reactor_->io, std::move(work));
}

void Loop::dispatch(std::function<void()> work) {
  if (is_current()) {
    work();
  } else {
    post(std::move(work));
  }
}

bool Loop::is_current() const {
  return thread_.load(std::memory_order_relaxed) == std::this_thread::get_id();
}

Timers::Id Loop::after(Millis delay, Timers::Callback callback) {
  const auto id = timers_.at(clock_.steady() + delay, std::move(callback));
  arm();
  return id;
}

void Loop::arm() {
  const auto next = timers_.next();
  if (!next || *next >= armed_for_) return;
  armed_for_ = *next;
  reactor_->wake.expires_after(std::max(*next - clock_.steady(), SteadyTime::duration::zero()));
  reactor_->wake.async_wait([this](const boost::system::error_code& cancelled) {
    if (cancelled) return;
    armed_for_ = SteadyTime::max();
    timers_.run_due(clock_.steady());
    arm();
  });
}

void Loop::run() {
  thread_ = std::this_thread::get_id();
  for (;;) {
    try {
      reactor_->io.run();
      break;
    } catch (const std::exception& problem) {
      log::error("loop.exception", {{"loop", index_}, {"what", problem.what()}});
      // A timer callback that threw has lost the wake-up that would have been armed after it.
      armed_for_ = SteadyTime::max();
      arm();
    }
  }
  thread_ = std::thread::id{};
}

void Loop::stop() {
  reactor_->io.stop();
}

void Loop::run_ready() {
  const auto outer = thread_.exchange(std::this_thread::get_id());
  for (;;) {
    timers_.run_due(clock_.steady());
    if (reactor_->io.poll() == 0) break;
  }
  thread_ = outer;
}

Loops::Loops(unsigned count, const Clock& clock) {
  if (count == 0) count = std::max(1U, std::thread::hardware_concurrency());
  for (unsigned i = 0; i < count; ++i) loops_.push_back(std::make_unique<Loop>(i, clock));
}

Loops::~Loops() {
  stop();
}

void Loops::start() {
  for (unsigned i = 0; i < size(); ++i) {
    threads_.emplace_back([i, &loop = at(i)] {
      name_this_thread("sip/" + std::to_string(i));
      loop.run();
    });
  }
}

void Loops::stop() {
  for (auto& loop : loops_) loop->stop();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

}  // namespace cadenas::base
