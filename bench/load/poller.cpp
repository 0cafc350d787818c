#include "load/poller.hpp"

#include <array>

#include <sys/epoll.h>
#include <unistd.h>

namespace cadenas::bench {

Poller::Poller() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {}
Poller::~Poller() {
  ::close(epoll_);
}

void Poller::add(int fd, std::uint32_t events, Handler& handler) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &handler;
  epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
}

void Poller::change(int fd, std::uint32_t events, Handler& handler) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &handler;
  epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event);
}

void Poller::remove(int fd) {
  epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
}

bool Poller::run(const std::function<bool()>& done, std::chrono::seconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  std::array<epoll_event, 256> events{};
  while (!done()) {
    if (std::chrono::steady_clock::now() > end) return false;
    const int ready = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 100);
    for (int i = 0; i < ready; ++i) static_cast<Handler*>(events[i].data.ptr)->on_ready(events[i].events);
  }
  return true;
}

}  // namespace cadenas::bench
