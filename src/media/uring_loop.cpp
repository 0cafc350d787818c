// Packets by io_uring: every socket has one receive in the kernel that goes on by itself (multishot) and takes buffers
// from a common ring; what leaves is submitted together with the next wait. A round of packets is one system call.

#include <algorithm>
#include <bit>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <new>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include <liburing.h>
#include <sys/eventfd.h>
#include <sys/resource.h>

#include "media/packet_loop.hpp"

namespace cadenas::media {
namespace {

constexpr unsigned kBuffers = 1024;  // a power of two; packets in flight between kernel and us
constexpr unsigned kSubmissions = 4096;
constexpr unsigned kCompletions = 16384;
constexpr unsigned kMostSlots = 65536;  // sockets of one loop
constexpr std::uint16_t kGroup = 1;
constexpr std::size_t kTail = 160;  // of each buffer, that the kernel does not write: room for what SRTP adds

enum class Kind : std::uint32_t { receive, send, own, cancel, wake };

std::uint64_t tag(Kind kind, std::uint32_t value) {
  return static_cast<std::uint64_t>(kind) << 32 | value;
}

void require(int outcome, const char* what) {
  if (outcome < 0) throw std::system_error(-outcome, std::generic_category(), what);
}

/// The ring with its teardown: the memory of the buffers must outlive it.
class Ring {
 public:
  Ring() {
    io_uring_params params{};
    params.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_CQSIZE;
    params.cq_entries = kCompletions;
    require(io_uring_queue_init_params(kSubmissions, &ring_, &params), "io_uring_setup");
  }
  ~Ring() { io_uring_queue_exit(&ring_); }
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;
  io_uring* get() { return &ring_; }

 private:
  io_uring ring_{};
};

struct Free {
  void operator()(void* memory) const { std::free(memory); }
};

template <class T>
std::unique_ptr<T[], Free> pages(std::size_t octets) {
  void* memory = std::aligned_alloc(4096, octets);
  if (!memory) throw std::bad_alloc();
  return std::unique_ptr<T[], Free>(static_cast<T*>(memory));
}

/// The kernel has no longer a table of sockets for a process than the number of files it may open.
std::uint32_t table_size() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<std::uint32_t>(std::min<rlim_t>(limit.rlim_cur, kMostSlots));
}

class UringLoop final : public PacketLoop {
 public:
  explicit UringLoop(int wake)
      : wake_(wake),
        memory_(pages<std::uint8_t>(std::size_t{kBuffers} * kBuffer)),
        entries_(pages<std::uint8_t>(kBuffers * sizeof(io_uring_buf))),
        leaving_(kBuffers),
        slots_(table_size()) {
    from_.msg_namelen = sizeof(sockaddr_in6);
    require(io_uring_register_files_sparse(ring_.get(), static_cast<unsigned>(slots_.size())),
            "io_uring_register_files");
    io_uring_buf_reg group{};
    group.ring_addr = reinterpret_cast<std::uintptr_t>(entries_.get());
    group.ring_entries = kBuffers;
    group.bgid = kGroup;
    require(io_uring_register_buf_ring(ring_.get(), &group, 0), "io_uring_register_buf_ring");
    io_uring_buf_ring_init(buffers());
    for (unsigned i = 0; i < kBuffers; ++i) give_back(static_cast<std::uint16_t>(i));
    publish_buffers();
    for (std::size_t slot = slots_.size(); slot > 0; --slot)
      free_slots_.push_back(static_cast<std::uint32_t>(slot - 1));
    io_uring_register_ring_fd(ring_.get());
    watch_wake();
  }

  void attach(Port& port) override {
    if (free_slots_.empty()) throw std::system_error(ENFILE, std::generic_category(), "io_uring sockets");
    port.slot = free_slots_.back();
    require(io_uring_register_files_update(ring_.get(), port.slot, &port.fd, 1), "io_uring_register_files_update");
    free_slots_.pop_back();
    slots_[port.slot] = {&port, false};
    // A member of a conference has two packets and two ports or more.
    own_.reserve(std::bit_ceil(slots_.size() - free_slots_.size()));
    receive_on(port.slot);
  }

  void detach(Port& port) override {
    slots_[port.slot].is_leaving = true;
    io_uring_sqe* entry = next_entry();
    io_uring_prep_cancel64(entry, tag(Kind::receive, port.slot), 0);
    io_uring_sqe_set_data64(entry, tag(Kind::cancel, port.slot));
  }

  void send(Port& through, const Departure& departure) override {
    const std::uint32_t sequence = queued_++;
    Leaving& leaving = leaving_[sequence % kBuffers];
    leaving.through = &through;
    leaving.departure.emplace(departure);
    leaving.buffer = reading_;
    leaving.failed = false;
    is_leaving_ = true;
    io_uring_sqe* entry = next_entry();
    if (through.peer.is_set()) {
      io_uring_prep_send(entry, static_cast<int>(through.slot), reading_at_, departure.octets, MSG_DONTWAIT);
    } else {
      address(leaving.message, leaving.block, reading_at_, *leaving.departure);
      io_uring_prep_sendmsg(entry, static_cast<int>(through.slot), &leaving.message, MSG_DONTWAIT);
    }
    // A datagram is sent or refused while it is submitted: only a refusal need be told.
    entry->flags |= IOSQE_FIXED_FILE | IOSQE_CQE_SKIP_SUCCESS;
    io_uring_sqe_set_data64(entry, tag(Kind::send, sequence));
  }

  void originate(Port& through, const Departure& departure, OwnPacket& packet) override {
    packet.is_leaving = true;
    packet.failed = false;
    packet.through = &through;
    packet.departure.emplace(departure);
    io_uring_sqe* entry = next_entry();
    if (through.peer.is_set()) {
      io_uring_prep_send(entry, static_cast<int>(through.slot), packet.buffer.data(), departure.octets, MSG_DONTWAIT);
    } else {
      address(packet.message, packet.block, packet.buffer.data(), *packet.departure);
      io_uring_prep_sendmsg(entry, static_cast<int>(through.slot), &packet.message, MSG_DONTWAIT);
    }
    entry->flags |= IOSQE_FIXED_FILE | IOSQE_CQE_SKIP_SUCCESS;
    io_uring_sqe_set_data64(entry, tag(Kind::own, static_cast<std::uint32_t>(own_.size())));
    own_.push_back(&packet);
  }

  bool run_once(const base::Clock& clock, std::optional<base::SteadyTime> until) override {
    const int waited = enter(clock, until);
    if (waited < 0 && waited != -EINTR && waited != -EBUSY && waited != -ETIME) require(waited, "io_uring_enter");
    const bool all_submitted = io_uring_sq_ready(ring_.get()) == 0;
    const std::uint32_t submitted = all_submitted ? queued_ : settled_;
    const base::SteadyTime now = clock.steady();
    is_called_ = false;
    unsigned head = 0;
    unsigned count = 0;
    io_uring_cqe* completion = nullptr;
    io_uring_for_each_cqe(ring_.get(), head, completion) {
      ++count;
      complete(*completion, now);
    }
    io_uring_cq_advance(ring_.get(), count);
    settle(submitted);
    if (all_submitted) settle_own();
    publish_buffers();
    tell_detached();
    return is_called_;
  }

 private:
  struct Leaving {
    Port* through = nullptr;
    std::optional<Departure> departure;
    std::uint16_t buffer = 0;
    bool failed = false;
    iovec block{};
    msghdr message{};
  };
  struct Slot {
    Port* port = nullptr;
    bool is_leaving = false;
  };

  /// All that is pointed to must stay until the packet has left.
  static void address(msghdr& message, iovec& block, std::uint8_t* octets, const Departure& departure) {
    block = {octets, departure.octets};
    message = {};
    message.msg_iov = &block;
    message.msg_iovlen = 1;
    // The kernel only reads the address.
    message.msg_name = const_cast<sockaddr*>(departure.destination.data());
    message.msg_namelen = departure.destination.size();
  }

  // What is to leave goes at once, and with it comes what has arrived meanwhile; only then is there time to wait.
  int enter(const base::Clock& clock, std::optional<base::SteadyTime> until) {
    if (queued_ != settled_ || !own_.empty()) return io_uring_submit_and_get_events(ring_.get());
    if (!until) return io_uring_submit_and_wait(ring_.get(), 1);
    const std::int64_t left = std::max<std::int64_t>(0, std::chrono::nanoseconds(*until - clock.steady()).count());
    __kernel_timespec wait{left / 1'000'000'000, left % 1'000'000'000};
    io_uring_cqe* first = nullptr;
    return io_uring_submit_and_wait_timeout(ring_.get(), &first, 1, &wait, nullptr);
  }

  io_uring_buf_ring* buffers() { return reinterpret_cast<io_uring_buf_ring*>(entries_.get()); }
  std::uint8_t* buffer_at(std::uint16_t buffer) { return memory_.get() + std::size_t{buffer} * kBuffer; }
  void give_back(std::uint16_t buffer) {
    io_uring_buf_ring_add(buffers(), buffer_at(buffer), kBuffer - kTail, buffer, io_uring_buf_ring_mask(kBuffers),
                          static_cast<int>(given_back_++));
  }
  void publish_buffers() {
    io_uring_buf_ring_advance(buffers(), static_cast<int>(given_back_));
    given_back_ = 0;
  }

  io_uring_sqe* next_entry() {
    io_uring_sqe* entry = io_uring_get_sqe(ring_.get());
    while (!entry) {
      require(io_uring_submit(ring_.get()), "io_uring_enter");
      entry = io_uring_get_sqe(ring_.get());
    }
    return entry;
  }

  void watch_wake() {
    io_uring_sqe* entry = next_entry();
    io_uring_prep_read(entry, wake_, &wakes_, sizeof wakes_, 0);
    io_uring_sqe_set_data64(entry, tag(Kind::wake, 0));
  }

  void receive_on(std::uint32_t slot) {
    io_uring_sqe* entry = next_entry();
    if (slots_[slot].port->peer.is_set()) {
      io_uring_prep_recv_multishot(entry, static_cast<int>(slot), nullptr, 0, 0);
    } else {
      io_uring_prep_recvmsg_multishot(entry, static_cast<int>(slot), &from_, 0);
    }
    entry->flags |= IOSQE_FIXED_FILE | IOSQE_BUFFER_SELECT;
    entry->buf_group = kGroup;
    io_uring_sqe_set_data64(entry, tag(Kind::receive, slot));
  }

  void complete(const io_uring_cqe& completion, base::SteadyTime now) {
    const auto value = static_cast<std::uint32_t>(completion.user_data);
    switch (static_cast<Kind>(completion.user_data >> 32)) {
      case Kind::receive:
        if ((completion.flags & IORING_CQE_F_BUFFER) != 0) received(value, completion, now);
        if ((completion.flags & IORING_CQE_F_MORE) == 0) receive_ended(value);
        break;
      case Kind::send:
        if (completion.res < 0) leaving_[value % kBuffers].failed = true;
        break;
      case Kind::own:
        if (completion.res < 0) own_[value]->failed = true;
        break;
      case Kind::wake:
        is_called_ = true;
        watch_wake();
        break;
      case Kind::cancel:
        break;
    }
  }

  void received(std::uint32_t slot, const io_uring_cqe& completion, base::SteadyTime now) {
    const auto buffer = static_cast<std::uint16_t>(completion.flags >> IORING_CQE_BUFFER_SHIFT);
    Slot& at = slots_[slot];
    reading_ = buffer;
    reading_at_ = buffer_at(buffer);
    is_leaving_ = false;
    if (completion.res > 0 && !at.is_leaving) {
      auto octets = static_cast<std::size_t>(completion.res);
      base::Endpoint source = at.port->peer;
      if (!source.is_set()) {
        io_uring_recvmsg_out* read = io_uring_recvmsg_validate(reading_at_, completion.res, &from_);
        if (!read) return give_back(buffer);
        octets = io_uring_recvmsg_payload_length(read, completion.res, &from_);
        if ((read->flags & MSG_TRUNC) != 0) octets = kLargest + 1;
        source = base::Endpoint::from(static_cast<const sockaddr*>(io_uring_recvmsg_name(read)));
        reading_at_ = static_cast<std::uint8_t*>(io_uring_recvmsg_payload(read, &from_));
      }
      const std::span<std::uint8_t> room(reading_at_, buffer_at(buffer) + kBuffer);
      at.port->user->on_packet(*at.port, {room, octets > kLargest ? 0 : octets, source}, *this, now);
    }
    if (!is_leaving_) give_back(buffer);
  }

  // Cancelled, or for want of a buffer, or because the peer's machine said that nobody listens there.
  void receive_ended(std::uint32_t slot) {
    if (slots_[slot].is_leaving) {
      ended_.push_back(slot);
    } else {
      receive_on(slot);
    }
  }

  void settle(std::uint32_t submitted) {
    for (; settled_ != submitted; ++settled_) {
      Leaving& leaving = leaving_[settled_ % kBuffers];
      leaving.through->user->on_sent(*leaving.departure, !leaving.failed);
      give_back(leaving.buffer);
    }
  }

  void settle_own() {
    for (OwnPacket* packet : own_) {
      packet->is_leaving = false;
      packet->through->user->on_sent(*packet->departure, !packet->failed);
    }
    own_.clear();
  }

  // After everything was settled that may still name the port.
  void tell_detached() {
    if (settled_ != queued_ || !own_.empty()) return;
    for (const std::uint32_t slot : ended_) {
      Port& port = *std::exchange(slots_[slot].port, nullptr);
      int none = -1;
      io_uring_register_files_update(ring_.get(), slot, &none, 1);
      free_slots_.push_back(slot);
      port.user->on_detached(port);
    }
    ended_.clear();
  }

  int wake_;
  eventfd_t wakes_ = 0;
  std::unique_ptr<std::uint8_t[], Free> memory_;
  std::unique_ptr<std::uint8_t[], Free> entries_;
  std::vector<Leaving> leaving_;  // a ring by sequence number; each holds a buffer, so there are never more
  std::vector<OwnPacket*> own_;   // by the number in their completion; since the last that was settled
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_slots_;
  std::vector<std::uint32_t> ended_;
  msghdr from_{};
  std::uint32_t queued_ = 0;
  std::uint32_t settled_ = 0;
  unsigned given_back_ = 0;
  bool is_called_ = false;
  // The packet on_packet has.
  std::uint16_t reading_ = 0;
  std::uint8_t* reading_at_ = nullptr;
  bool is_leaving_ = false;
  Ring ring_;
};

}  // namespace

std::unique_ptr<PacketLoop> make_uring_loop(int wake) {
  return std::make_unique<UringLoop>(wake);
}

}  // namespace cadenas::media
