#include "media/media_thread.hpp"

#include <exception>
#include <future>
#include <string>
#include <system_error>
#include <utility>

#include <pthread.h>
#include <sched.h>
#include <sys/eventfd.h>

#include "base/log.hpp"
#include "base/thread_name.hpp"

namespace cadenas::media {
namespace {

void pin(unsigned core) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(core, &cores);
  if (const int refused = pthread_setaffinity_np(pthread_self(), sizeof cores, &cores); refused != 0) {
    base::log::warning("media.not-pinned", {{"core", core}, {"reason", std::generic_category().message(refused)}});
  }
}

}  // namespace

MediaThread::MediaThread(const base::Clock& clock, unsigned index, std::optional<unsigned> core, PacketEngine engine)
    : clock_(clock), wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "eventfd") {
  // io_uring wants to be made by the thread that uses it.
  std::promise<void> opened;
  thread_ = std::thread([this, index, core, engine, &opened] {
    base::name_this_thread("media/" + std::to_string(index));
    if (core) pin(*core);
    try {
      open_loop(engine);
    } catch (...) {
      return opened.set_exception(std::current_exception());
    }
    opened.set_value();
    run();
  });
  try {
    opened.get_future().get();
  } catch (...) {
    thread_.join();
    throw;
  }
}

MediaThread::~MediaThread() {
  stopping_ = true;
  wake();
  thread_.join();
}

void MediaThread::open_loop(PacketEngine wanted) {
  if (wanted != PacketEngine::epoll) {
    try {
      loop_ = make_uring_loop(wake_.get());
      engine_ = PacketEngine::io_uring;
      return;
    } catch (const std::system_error& refused) {
      if (wanted == PacketEngine::io_uring) throw;
      base::log::info("media.no-io-uring", {{"reason", refused.what()}});
    }
  }
  loop_ = make_epoll_loop(wake_.get());
  engine_ = PacketEngine::epoll;
}

void MediaThread::wake() {
  // An eventfd only refuses when it is at its maximum, and then it wakes anyway.
  ::eventfd_write(wake_.get(), 1);
}

void MediaThread::post(Command command) {
  {
    const std::lock_guard lock(posting_);
    posted_.push_back(std::move(command));
  }
  wake();
}

void MediaThread::run() {
  while (!stopping_) {
    if (loop_->run_once(clock_)) obey();
  }
  // The loop goes first: while it is there, the kernel may still write for a port.
  loop_.reset();
  relays_.clear();
  ending_.clear();
}

void MediaThread::obey() {
  std::vector<Command> commands;
  {
    const std::lock_guard lock(posting_);
    commands.swap(posted_);
  }
  for (Command& command : commands) {
    try {
      std::visit([this](auto& what) { execute(std::move(what)); }, command);
    } catch (const std::exception& error) {
      base::log::error("media.command-failed", {{"reason", error.what()}});
    }
  }
}

void MediaThread::execute(Add add) {
  auto& relay = relays_[add.id];
  relay = std::make_unique<Relay>(std::move(add.counters), std::move(add.a), std::move(add.b), *loop_);
  try {
    relay->begin();
  } catch (...) {
    execute(Remove{add.id});
    throw;
  }
}

void MediaThread::execute(Configure configure) {
  const auto found = relays_.find(configure.id);
  if (found != relays_.end()) found->second->configure(configure.side, std::move(configure.media));
}

void MediaThread::execute(Remove remove) {
  auto found = relays_.extract(remove.id);
  if (found.empty()) return;
  Relay* relay = found.mapped().get();
  ending_.emplace(relay, std::move(found.mapped()));
  relay->end([this](Relay& gone) { ending_.erase(&gone); });
}

}  // namespace cadenas::media
