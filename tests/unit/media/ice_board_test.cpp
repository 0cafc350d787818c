// ICE at the board over real UDP on the loopback, on each way of speaking to the kernel. Waiting is on packets; the
// deadline only ends a test that fails.
#include <chrono>
#include <functional>
#include <string>
#include <thread>

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include "ice_agent.hpp"
#include "media/board.hpp"
#include "media/udp_socket.hpp"
#include "packets.hpp"

namespace cadenas::media {
namespace {

using base::Bytes;
using base::Endpoint;
using test::Check;
using test::rtp_packet;

/// One UDP port of whoever speaks with the board.
class UdpEnd {
 public:
  explicit UdpEnd(const char* address) : socket_(UdpSocket::bind(Endpoint::parse(address, 0).value())) {
    sockaddr_storage bound{};
    socklen_t size = sizeof bound;
    ::getsockname(socket_.fd(), reinterpret_cast<sockaddr*>(&bound), &size);
    here = Endpoint::from(reinterpret_cast<const sockaddr*>(&bound));
  }
  void send(const Endpoint& to, const Bytes& packet) const {
    EXPECT_EQ(::sendto(socket_.fd(), packet.data(), packet.size(), 0, to.data(), to.size()),
              static_cast<ssize_t>(packet.size()));
  }
  /// The next packet; empty if none came before the deadline.
  Bytes receive() const {
    pollfd waiting{socket_.fd(), POLLIN, 0};
    if (::poll(&waiting, 1, 10'000) != 1) return {};
    Bytes packet(2048);
    const ssize_t got = ::recv(socket_.fd(), packet.data(), packet.size(), 0);
    packet.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return packet;
  }

  Endpoint here;

 private:
  UdpSocket socket_;
};

class IceBoardTest : public testing::TestWithParam<PacketEngine> {
 protected:
  static BoardSettings settings() {
    BoardSettings out;
    out.bind_ip4 = Endpoint::parse("127.0.0.1", 0).value();
    out.bind_ip6 = Endpoint::parse("::1", 0).value();
    out.engine = GetParam();
    return out;
  }
  static LegMedia browser() {
    LegMedia media;
    media.remote_rtp = Endpoint::parse("0.0.0.0", 9).value();
    media.rtcp_mux = true;
    media.ice = IceParams{"ours", base::SecretBytes::copy_of(base::as_bytes(Check{}.password)), "peer"};
    return media;
  }

  base::SystemClock clock_;
  Board board_{settings(), clock_};
};
INSTANTIATE_TEST_SUITE_P(EachEngine, IceBoardTest, testing::Values(PacketEngine::io_uring, PacketEngine::epoll),
                         [](const auto& engine) {
                           return engine.param == PacketEngine::io_uring ? "io_uring" : "epoll";
                         });

TEST_P(IceBoardTest, FindsABrowserByItsChecksAndFollowsItToAnotherPort) {
  for (const char* host : {"127.0.0.1", "::1"}) {
    const bool is_ip6 = std::string(host) == "::1";
    const SessionId id = is_ip6 ? 6 : 4;
    const UdpEnd phone("127.0.0.1");
    const SessionPorts ports =
        board_.open(id, is_ip6 ? AddressFamily::ip6 : AddressFamily::ip4, AddressFamily::ip4).value();
    ASSERT_TRUE(board_.configure(id, Side::a, browser()).has_value());
    LegMedia clear;
    clear.remote_rtp = phone.here;
    ASSERT_TRUE(board_.configure(id, Side::b, std::move(clear)).has_value());
    // A check that came before would be dropped, and a browser would repeat it.
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!board_.stats(id)->a.ice || !board_.stats(id)->b.configured) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline);
      std::this_thread::yield();
    }
    for (std::uint16_t move = 1; move <= 2; ++move) {
      const UdpEnd browser_end(host);
      browser_end.send(ports.a, test::make_check({.nominates = true}));
      const auto answer = test::read_answer(browser_end.receive(), Check{}.password);
      ASSERT_TRUE(answer);
      EXPECT_TRUE(answer->is_success);
      EXPECT_EQ(answer->mapped, browser_end.here);
      browser_end.send(ports.a, rtp_packet(7, move));
      EXPECT_EQ(phone.receive(), rtp_packet(7, move));
      phone.send(ports.b, rtp_packet(9, move));
      EXPECT_EQ(browser_end.receive(), rtp_packet(9, move));
    }
    EXPECT_EQ(board_.close(id)->a.ice->nominations, 2u);
  }
}

TEST_P(IceBoardTest, RefusesCredentialsThatAreNoneAndRtcpOnAPortOfItsOwn) {
  const auto refusal = [&](const std::function<void(LegMedia&)>& spoil) {
    LegMedia media = browser();
    spoil(media);
    const auto done = board_.configure(1, Side::a, std::move(media));
    return done ? "" : done.error().code;
  };
  ASSERT_TRUE(board_.open(1).has_value());
  EXPECT_EQ(refusal([](LegMedia&) {}), "");
  EXPECT_EQ(refusal([](LegMedia& m) { m.ice->own_ufrag = "abc"; }), "media.ice");
  EXPECT_EQ(refusal([](LegMedia& m) { m.ice->peer_ufrag = std::string(257, 'a'); }), "media.ice");
  EXPECT_EQ(refusal([](LegMedia& m) { m.ice->own_password = base::SecretBytes(Bytes(21, 'a')); }), "media.ice");
  EXPECT_EQ(refusal([](LegMedia& m) { m.rtcp_mux = false; }), "media.ice");
}

}  // namespace
}  // namespace cadenas::media
