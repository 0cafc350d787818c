#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "load/process_cost.hpp"
#include "media/srtp_receiver.hpp"
#include "media/srtp_sender.hpp"
#include "voice/call_plan.hpp"

namespace {

using namespace cadenas;
using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t kVoice = 160;  // G.711, 20 ms
constexpr std::size_t kHeader = 12;
constexpr std::size_t kCounted = kHeader + 8;  // behind the time stamp: whether the packet belongs to the measurement
constexpr auto kInterval = std::chrono::milliseconds(20);
constexpr std::size_t kBatch = 64;

/// One end of a call: where its packets go and the state of its two directions.
struct Phone {
  sockaddr_in relay{};
  std::unique_ptr<media::SrtpSender> sender;
  std::unique_ptr<media::SrtpReceiver> receiver;
  std::uint16_t sequence = 0;
  std::uint32_t ssrc = 0;
};

struct Totals {
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
  std::uint64_t unverified = 0;
  std::vector<float> latency_ms;
};

/// Sends and receives for all phones of one side over one socket: the relay tells the calls apart by its own ports.
class SideSocket {
 public:
  explicit SideSocket(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    const int room = 64 << 20;
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
    ::setsockopt(fd_, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(fd_, reinterpret_cast<sockaddr*>(&at), sizeof at) != 0) {
      std::perror("bind");
      std::exit(1);
    }
  }
  ~SideSocket() { ::close(fd_); }
  SideSocket(const SideSocket&) = delete;
  SideSocket& operator=(const SideSocket&) = delete;

  void add(const bench::PlannedLeg& leg) {
    auto phone = std::make_unique<Phone>();
    phone->relay.sin_family = AF_INET;
    phone->relay.sin_port = htons(leg.port);
    phone->relay.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (leg.send) phone->sender = std::make_unique<media::SrtpSender>(*leg.send);
    if (leg.receive) phone->receiver = std::make_unique<media::SrtpReceiver>(*leg.receive);
    phone->ssrc = 0x10000U + leg.port;
    by_port_[leg.port] = phone.get();
    phones_.push_back(std::move(phone));
  }

  std::size_t size() const { return phones_.size(); }
  int fd() const { return fd_; }

  /// Queues the next packet of phone `index`; full batches go out.
  void send(std::size_t index, Totals& totals, bool counting) {
    Phone& phone = *phones_[index];
    auto& packet = packets_[queued_];
    packet.fill(0xd5);
    packet[0] = 0x80;
    packet[1] = 0;
    const std::uint16_t sequence = htons(phone.sequence);
    const std::uint32_t timestamp = htonl(static_cast<std::uint32_t>(phone.sequence) * kVoice);
    const std::uint32_t ssrc = htonl(phone.ssrc);
    std::memcpy(&packet[2], &sequence, 2);
    std::memcpy(&packet[4], &timestamp, 4);
    std::memcpy(&packet[8], &ssrc, 4);
    const std::int64_t now = SteadyClock::now().time_since_epoch().count();
    std::memcpy(&packet[kHeader], &now, sizeof now);
    packet[kCounted] = counting ? 1 : 0;
    ++phone.sequence;
    std::size_t octets = kHeader + kVoice;
    if (phone.sender) phone.sender->protect(packet, octets);
    blocks_[queued_] = {packet.data(), octets};
    messages_[queued_].msg_hdr = {&phone.relay, sizeof phone.relay, &blocks_[queued_], 1, nullptr, 0, 0};
    if (counting) ++totals.sent;
    if (++queued_ == kBatch) flush();
  }

  void flush() {
    std::size_t done = 0;
    while (done < queued_) {
      const int n = ::sendmmsg(fd_, &messages_[done], static_cast<unsigned>(queued_ - done), 0);
      if (n > 0) {
        done += static_cast<std::size_t>(n);
      } else {
        pollfd writable{fd_, POLLOUT, 0};
        ::poll(&writable, 1, 10);
      }
    }
    queued_ = 0;
  }

  void receive(Totals& totals) {
    for (;;) {
      for (std::size_t i = 0; i < kBatch; ++i) {
        in_blocks_[i] = {in_packets_[i].data(), in_packets_[i].size()};
        in_messages_[i].msg_hdr = {&sources_[i], sizeof sources_[i], &in_blocks_[i], 1, nullptr, 0, 0};
      }
      const int got = ::recvmmsg(fd_, in_messages_.data(), kBatch, MSG_DONTWAIT, nullptr);
      if (got <= 0) return;
      const auto now = SteadyClock::now().time_since_epoch().count();
      for (int i = 0; i < got; ++i) {
        const auto found = by_port_.find(ntohs(sources_[i].sin_port));
        if (found == by_port_.end()) continue;
        std::size_t octets = in_messages_[i].msg_len;
        if (found->second->receiver) {
          const auto receipt = found->second->receiver->open({in_packets_[i].data(), octets}, media::Opening::decrypt);
          if (receipt.status != media::SrtpStatus::ok) {
            ++totals.unverified;
            continue;
          }
          octets = receipt.octets;
        }
        if (octets != kHeader + kVoice || in_packets_[i][kCounted] != 1) continue;
        std::int64_t sent_at = 0;
        std::memcpy(&sent_at, &in_packets_[i][kHeader], sizeof sent_at);
        ++totals.received;
        totals.latency_ms.push_back(static_cast<float>(now - sent_at) / 1e6F);
      }
    }
  }

 private:
  int fd_;
  std::vector<std::unique_ptr<Phone>> phones_;
  std::unordered_map<std::uint16_t, Phone*> by_port_;
  std::array<std::array<std::uint8_t, 256>, kBatch> packets_{}, in_packets_{};
  std::array<iovec, kBatch> blocks_{}, in_blocks_{};
  std::array<mmsghdr, kBatch> messages_{}, in_messages_{};
  std::array<sockaddr_in, kBatch> sources_{};
  std::size_t queued_ = 0;
};

double percentile(std::vector<float>& samples, double share) {
  if (samples.empty()) return 0;
  const auto rank = static_cast<std::ptrdiff_t>(share * static_cast<double>(samples.size() - 1));
  std::nth_element(samples.begin(), samples.begin() + rank, samples.end());
  return samples[static_cast<std::size_t>(rank)];
}

}  // namespace

/// Two-way G.711 calls at 50 packets a second through a relay on loopback; prints one line of JSON.
int main(int argc, char** argv) {
  CLI::App app{"cadenas-media-load: paced voice through a relay on loopback"};
  std::string plan;
  std::uint16_t a_port = 40000, b_port = 40002;
  int seconds = 5;
  pid_t server = 0;
  app.add_option("--plan", plan, "file of calls, a line each")->required();
  app.add_option("--a-port", a_port, "our port on the A side");
  app.add_option("--b-port", b_port, "our port on the B side");
  app.add_option("--seconds", seconds, "how long to talk, after one second that is not counted");
  app.add_option("--server-pid", server, "process whose CPU time is counted, with its children");
  CLI11_PARSE(app, argc, argv);

  std::ifstream file(plan);
  const auto calls = bench::read_plan(file);
  if (calls.empty()) {
    std::fprintf(stderr, "cadenas-media-load: no calls in %s\n", plan.c_str());
    return 2;
  }
  SideSocket a(a_port), b(b_port);
  for (const auto& call : calls) {
    a.add(call.a);
    b.add(call.b);
  }

  // Calls are spread over the 20 ms, as real ones are.
  Totals totals;
  std::vector<SteadyClock::time_point> due(calls.size());
  const auto begin = SteadyClock::now();
  for (std::size_t i = 0; i < due.size(); ++i) due[i] = begin + kInterval * i / due.size();
  const auto warm = begin + std::chrono::seconds(1);
  const auto end = warm + std::chrono::seconds(seconds);
  bool counting = false;
  bench::ProcessCost before;
  std::size_t next = 0;
  std::array<pollfd, 2> readable{pollfd{a.fd(), POLLIN, 0}, pollfd{b.fd(), POLLIN, 0}};
  for (auto now = begin; now < end; now = SteadyClock::now()) {
    if (!counting && now >= warm) {
      counting = true;
      before = bench::cost_of({server});
    }
    while (due[next] <= now) {
      a.send(next, totals, counting);
      b.send(next, totals, counting);
      due[next] += kInterval;
      next = (next + 1) % due.size();
    }
    a.flush();
    b.flush();
    ::poll(readable.data(), readable.size(), 1);
    a.receive(totals);
    b.receive(totals);
  }
  const double cpu = bench::cost_of({server}).cpu_seconds - before.cpu_seconds;
  // Late packets are waited for: they are late, which p99 says, and not lost.
  for (const auto late = SteadyClock::now() + std::chrono::milliseconds(500); SteadyClock::now() < late;) {
    ::poll(readable.data(), readable.size(), 20);
    a.receive(totals);
    b.receive(totals);
  }
  const double lost = totals.sent > totals.received
                          ? static_cast<double>(totals.sent - totals.received) / static_cast<double>(totals.sent)
                          : 0.0;
  std::printf(
      "{\"calls\":%zu,\"sent\":%llu,\"received\":%llu,\"unverified\":%llu,\"loss\":%.6f,\"cpu_us_per_packet\":%.3f,"
      "\"cpu_share\":%.3f,\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"p999_ms\":%.3f}\n",
      calls.size(), static_cast<unsigned long long>(totals.sent), static_cast<unsigned long long>(totals.received),
      static_cast<unsigned long long>(totals.unverified), lost,
      totals.received > 0 ? cpu * 1e6 / static_cast<double>(totals.received) : 0.0, cpu / seconds,
      percentile(totals.latency_ms, 0.50), percentile(totals.latency_ms, 0.99), percentile(totals.latency_ms, 0.999));
  return 0;
}
