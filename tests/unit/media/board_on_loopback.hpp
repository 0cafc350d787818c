#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <utility>

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include "media/board.hpp"
#include "media/srtp_receiver.hpp"
#include "media/srtp_sender.hpp"
#include "media/udp_socket.hpp"

namespace cadenas::media::test {

inline constexpr Suite k128 = Suite::aes_cm_128_hmac_sha1_80;
inline constexpr Suite k256 = Suite::aes_256_cm_hmac_sha1_80;
inline constexpr int kDeadlineMs = 10'000;

inline base::Endpoint loopback(std::uint16_t port = 0) {
  return base::Endpoint::parse("127.0.0.1", port).value();
}

/// A phone's media end: one UDP port.
class BoardPhone {
 public:
  explicit BoardPhone(const base::Endpoint& address = loopback()) : socket_(UdpSocket::bind(address)) {
    sockaddr_storage bound{};
    socklen_t size = sizeof bound;
    ::getsockname(socket_.fd(), reinterpret_cast<sockaddr*>(&bound), &size);
    here_ = base::Endpoint::from(reinterpret_cast<const sockaddr*>(&bound));
  }
  const base::Endpoint& here() const { return here_; }
  void send(const base::Endpoint& to, const base::Bytes& packet) const {
    EXPECT_EQ(::sendto(socket_.fd(), packet.data(), packet.size(), 0, to.data(), to.size()),
              static_cast<ssize_t>(packet.size()));
  }
  /// The next packet; empty if none came before the deadline.
  base::Bytes receive() const {
    pollfd waiting{socket_.fd(), POLLIN, 0};
    if (::poll(&waiting, 1, kDeadlineMs) != 1) return {};
    base::Bytes packet(2048);
    const ssize_t got = ::recv(socket_.fd(), packet.data(), packet.size(), 0);
    packet.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return packet;
  }

 private:
  UdpSocket socket_;
  base::Endpoint here_;
};

inline LegMedia clear_leg(const base::Endpoint& remote) {
  LegMedia leg;
  leg.remote_rtp = remote;
  return leg;
}
inline base::Bytes srtp(SrtpSender& sender, base::Bytes packet) {
  std::size_t octets = packet.size();
  packet.resize(octets + sender.overhead());
  EXPECT_EQ(sender.protect(packet, octets), SrtpStatus::ok);
  return packet;
}
inline base::Bytes opened(SrtpReceiver& receiver, base::Bytes packet) {
  const Receipt receipt = receiver.open(packet, Opening::decrypt);
  EXPECT_EQ(receipt.status, SrtpStatus::ok);
  packet.resize(receipt.status == SrtpStatus::ok ? receipt.octets : 0);
  return packet;
}
inline LegMedia srtp_leg(const base::Endpoint& remote, SrtpParams receive, SrtpParams send) {
  LegMedia leg = clear_leg(remote);
  leg.receive = std::move(receive);
  leg.send = std::move(send);
  leg.srtp_only = true;
  return leg;
}

/// On each way of speaking to the kernel.
class BoardOnLoopback : public testing::TestWithParam<PacketEngine> {
 protected:
  BoardSettings settings(unsigned threads = 1) {
    BoardSettings s;
    s.bind_ip4 = loopback();
    s.bind_ip6 = base::Endpoint::parse("::1", 0).value();
    s.threads = threads;
    s.engine = GetParam();
    return s;
  }
  void configure(Side side, LegMedia media) { ASSERT_TRUE(board_.configure(kId, side, std::move(media)).has_value()); }
  /// Asks until `holds` is true of the statistics, giving the media thread the core in between.
  SessionStats stats_once(const std::function<bool(const SessionStats&)>& holds) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(kDeadlineMs);
    for (;;) {
      const SessionStats now = board_.stats(kId).value();
      if (holds(now)) return now;
      if (std::chrono::steady_clock::now() > deadline) {
        ADD_FAILURE() << "the counters never got there";
        return now;
      }
      std::this_thread::yield();
    }
  }
  /// Both legs are described: the media thread has done what was asked so far.
  void wait_until_configured() {
    stats_once([](const SessionStats& s) { return s.a.configured && s.b.configured; });
  }

  static constexpr SessionId kId = 1;
  base::SystemClock clock_;
  Board board_{settings(), clock_};
  BoardPhone a_;
  BoardPhone b_;
};

inline std::string name_of_engine(const testing::TestParamInfo<PacketEngine>& engine) {
  return engine.param == PacketEngine::epoll ? "Epoll" : "IoUring";
}

}  // namespace cadenas::media::test
