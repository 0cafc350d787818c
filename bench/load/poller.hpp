#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

namespace cadenas::bench {

/// One epoll set on one thread: the load program's whole I/O.
class Poller {
 public:
  class Handler {
   public:
    virtual ~Handler() = default;
    virtual void on_ready(std::uint32_t events) = 0;  ///< EPOLLIN, EPOLLOUT, … as epoll_wait gave them
  };

  Poller();
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  void add(int fd, std::uint32_t events, Handler& handler);
  void change(int fd, std::uint32_t events, Handler& handler);
  void remove(int fd);

  /// Serves events until `done()` or `limit` has passed; false in the latter case.
  bool run(const std::function<bool()>& done, std::chrono::seconds limit);

 private:
  int epoll_;
};

}  // namespace cadenas::bench
