#include "base/loop.hpp"

#include <algorithm>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <string>

#include "base/log.hpp"
#include "base/thread_name.hpp"

namespace cadenas::base {

Loop::Loop(unsigned index, const Clock& clock)
    : index_(index), clock_(clock), io_(1), work_(boost::asio::make_work_guard(io_)), wake_(io_) {}

void Loop::post(std::function<void()> work) {
  boost::asio::post(io_, std::move(work));
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
  wake_.expires_after(std::max(*next - clock_.steady(), SteadyTime::duration::zero()));
  wake_.async_wait([this](const boost::system::error_code& cancelled) {
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
      io_.run();
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
  io_.stop();
}

void Loop::run_ready() {
  const auto outer = thread_.exchange(std::this_thread::get_id());
  for (;;) {
    timers_.run_due(clock_.steady());
    if (io_.poll() == 0) break;
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
