// Packets by epoll, recvmmsg and sendmmsg: each readable socket is emptied in batches.

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <optional>
#include <system_error>

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "media/descriptor.hpp"
#include "media/packet_batch.hpp"
#include "media/packet_loop.hpp"

namespace cadenas::media {
namespace {

class EpollLoop final : public PacketLoop {
 public:
  explicit EpollLoop(int wake) : wake_(wake), epoll_(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1") {
    watch(wake, nullptr);
  }

  void attach(Port& port) override { watch(port.fd, &port); }

  void detach(Port& port) override {
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, port.fd, nullptr);
    port.user->on_detached(port);
  }

  void send(Port& through, const Departure& departure) override { batch_.depart(serving_, through, departure); }

  // Each leaves by a socket of its own, so there is nothing to gather.
  void originate(Port& through, const Departure& departure, OwnPacket& packet) override {
    const bool is_connected = through.peer.is_set();
    const sockaddr* to = is_connected ? nullptr : departure.destination.data();
    const socklen_t to_size = is_connected ? 0 : departure.destination.size();
    ssize_t sent = -1;
    do {
      sent = ::sendto(through.fd, packet.buffer.data(), departure.octets, MSG_DONTWAIT, to, to_size);
    } while (sent < 0 && errno == EINTR);
    through.user->on_sent(departure, sent >= 0);
  }

  bool run_once(const base::Clock& clock, std::optional<base::SteadyTime> until) override {
    const int ready =
        ::epoll_wait(epoll_.get(), events_.data(), static_cast<int>(events_.size()), milliseconds(clock, until));
    bool is_called = false;
    for (int i = 0; i < ready; ++i) {
      if (auto* port = static_cast<Port*>(events_[static_cast<std::size_t>(i)].data.ptr)) {
        serve(*port, clock);
      } else {
        is_called = true;
      }
    }
    if (is_called) {
      eventfd_t calls = 0;
      ::eventfd_read(wake_, &calls);
    }
    return is_called;
  }

 private:
  static int milliseconds(const base::Clock& clock, std::optional<base::SteadyTime> until) {
    if (!until) return -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*until - clock.steady());
    return static_cast<int>(std::max<std::int64_t>(0, left.count()));
  }

  void watch(int fd, Port* port) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = port;
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) {
      throw std::system_error(errno, std::generic_category(), "epoll_ctl");
    }
  }

  void serve(Port& port, const base::Clock& clock) {
    const std::size_t count = batch_.receive(port.fd);
    if (count == 0) return;
    const base::SteadyTime now = clock.steady();
    for (serving_ = 0; serving_ < count; ++serving_) {
      const base::Endpoint source = port.peer.is_set() ? port.peer : batch_.source(serving_);
      port.user->on_packet(port, {batch_.buffer(serving_), batch_.octets(serving_), source}, *this, now);
    }
    batch_.flush();
  }

  int wake_;
  Descriptor epoll_;
  PacketBatch batch_;
  std::array<epoll_event, 256> events_;
  std::size_t serving_ = 0;  // which packet of the batch on_packet has
};

}  // namespace

std::unique_ptr<PacketLoop> make_epoll_loop(int wake) {
  return std::make_unique<EpollLoop>(wake);
}

}  // namespace cadenas::media
