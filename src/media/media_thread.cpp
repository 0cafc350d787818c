#include "media/media_thread.hpp"

#include <cerrno>
#include <exception>
#include <string>
#include <system_error>

#include <pthread.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/log.hpp"
#include "base/thread_name.hpp"

namespace cadenas::media {
namespace {

int required(int fd, const char* what) {
  if (fd < 0) throw std::system_error(errno, std::generic_category(), what);
  return fd;
}

void pin(unsigned core) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(core, &cores);
  if (const int refused = pthread_setaffinity_np(pthread_self(), sizeof cores, &cores); refused != 0) {
    base::log::warning("media.not-pinned", {{"core", core}, {"reason", std::generic_category().message(refused)}});
  }
}

}  // namespace

MediaThread::Descriptor::~Descriptor() {
  ::close(fd_);
}

MediaThread::Relay::Relay(Add add)
    : sockets{std::move(add.a), std::move(add.b)}, session(std::move(add.counters)), ports{} {
  for (const Side side : {Side::a, Side::b}) {
    for (const Protocol protocol : {Protocol::rtp, Protocol::rtcp}) {
      port(side, protocol) = {this, side, protocol, sockets[static_cast<std::size_t>(side)].fd(protocol)};
    }
  }
}

MediaThread::MediaThread(const base::Clock& clock, unsigned index, std::optional<unsigned> core)
    : clock_(clock),
      epoll_(required(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      wake_(required(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "eventfd")) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = nullptr;
  required(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_.get(), &event), "epoll_ctl");
  thread_ = std::thread([this, index, core] {
    base::name_this_thread("media/" + std::to_string(index));
    if (core) pin(*core);
    run();
  });
}

MediaThread::~MediaThread() {
  stopping_ = true;
  const std::uint64_t one = 1;
  // An eventfd only refuses when it is at its maximum, and then it wakes anyway.
  [[maybe_unused]] const ssize_t written = ::write(wake_.get(), &one, sizeof one);
  thread_.join();
}

void MediaThread::post(Command command) {
  {
    const std::lock_guard lock(posting_);
    posted_.push_back(std::move(command));
  }
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(wake_.get(), &one, sizeof one);
}

void MediaThread::run() {
  std::array<epoll_event, 256> events;
  while (!stopping_) {
    const int ready = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), -1);
    bool is_called = false;
    for (int i = 0; i < ready; ++i) {
      auto* port = static_cast<Port*>(events[static_cast<std::size_t>(i)].data.ptr);
      if (port) {
        serve(*port);
      } else {
        is_called = true;
      }
    }
    if (is_called) obey();
  }
}

void MediaThread::serve(Port& port) {
  const std::size_t count = batch_.receive(port.fd);
  if (count == 0) return;
  const base::SteadyTime now = clock_.steady();
  Session& session = port.relay->session;
  for (std::size_t i = 0; i < count; ++i) {
    const std::optional<Departure> departure =
        session.relay(port.side, port.protocol, batch_.buffer(i), batch_.octets(i), batch_.source(i), now);
    if (departure) batch_.depart(i, port.relay->port(departure->side, departure->protocol).fd, *departure);
  }
  batch_.flush(session);
}

void MediaThread::obey() {
  std::uint64_t calls = 0;
  [[maybe_unused]] const ssize_t got = ::read(wake_.get(), &calls, sizeof calls);
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
  const std::uint64_t id = add.id;
  auto relay = std::make_unique<Relay>(std::move(add));
  for (Port& port : relay->ports) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = &port;
    required(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, port.fd, &event), "epoll_ctl");
  }
  relays_.insert_or_assign(id, std::move(relay));
}

void MediaThread::execute(Configure configure) {
  const auto found = relays_.find(configure.id);
  if (found != relays_.end()) found->second->session.configure(configure.side, std::move(configure.media));
}

void MediaThread::execute(Remove remove) {
  relays_.erase(remove.id);
}

}  // namespace cadenas::media
