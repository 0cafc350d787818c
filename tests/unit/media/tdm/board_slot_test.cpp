// The board's sessions of time slots over real UDP on the loopback, with the threads of board and bus. Waiting is for
// packets and counters; the deadlines only end a test that fails.
#include <chrono>
#include <functional>
#include <thread>

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include "../packets.hpp"
#include "media/board.hpp"
#include "media/rtp.hpp"
#include "media/srtp_receiver.hpp"
#include "media/srtp_sender.hpp"
#include "media/tdm/bus.hpp"
#include "media/tdm/in_process_shelf.hpp"
#include "media/udp_socket.hpp"

namespace cadenas::media::tdm {
namespace {

using base::Bytes;
using base::Endpoint;
using test::params;

constexpr Suite kSuite = Suite::aes_cm_128_hmac_sha1_80;
constexpr SlotId kAt{0, 1};
constexpr std::uint8_t kLoud = 0x2a;  // of A-law: near full scale

Endpoint loopback() {
  return Endpoint::parse("127.0.0.1", 0).value();
}
SlotAudio pcma() {
  return {{{{Codec::pcma, 8}}, {Codec::pcma, 8}}, std::nullopt};
}

class BoardSlotTest : public testing::TestWithParam<PacketEngine> {
 protected:
  BoardSlotTest() : phone_(UdpSocket::bind(loopback())) {
    sockaddr_storage bound{};
    socklen_t size = sizeof bound;
    ::getsockname(phone_.fd(), reinterpret_cast<sockaddr*>(&bound), &size);
    here_ = Endpoint::from(reinterpret_cast<const sockaddr*>(&bound));
    bus_.attach(shelf_);
    EXPECT_TRUE(until([this] { return bus_.port(port_).has_value(); }));
  }
  BoardSettings settings() {
    BoardSettings s;
    s.bind_ip4 = loopback();
    s.engine = GetParam();
    return s;
  }
  static bool until(const std::function<bool()>& holds) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!holds()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      std::this_thread::yield();
    }
    return true;
  }
  LegMedia leg() const {
    LegMedia leg;
    leg.remote_rtp = here_;
    leg.srtp_only = true;
    leg.receive = params(kSuite, 1);
    leg.send = params(kSuite, 2);
    return leg;
  }
  void send(const Endpoint& to, std::uint16_t sequence) {
    Bytes packet = test::rtp_packet(7, sequence, 160, 8);
    std::fill(packet.begin() + 12, packet.end(), kLoud);
    std::size_t octets = packet.size();
    packet.resize(octets + seal_.overhead());
    EXPECT_EQ(seal_.protect(packet, octets), SrtpStatus::ok);
    ::sendto(phone_.fd(), packet.data(), packet.size(), 0, to.data(), to.size());
  }
  /// The next payload that came from the board; empty after the deadline.
  Bytes receive() {
    pollfd waiting{phone_.fd(), POLLIN, 0};
    if (::poll(&waiting, 1, 10'000) != 1) return {};
    Bytes packet(2'048);
    packet.resize(static_cast<std::size_t>(::recv(phone_.fd(), packet.data(), packet.size(), 0)));
    const Receipt receipt = open_.open(packet, Opening::decrypt);
    EXPECT_EQ(receipt.status, SrtpStatus::ok);
    packet.resize(receipt.octets);
    const std::optional<RtpPacket> rtp = parse_rtp(packet);
    return rtp ? Bytes(rtp->payload.begin(), rtp->payload.end()) : Bytes{};
  }

  const PortId port_{"rack", kAt};
  base::SystemClock clock_;
  std::shared_ptr<InProcessShelf> shelf_ =
      std::make_shared<InProcessShelf>(ShelfDescription{"rack", G711Law::a, 1, {{kAt, PortKind::analogue, true}}});
  Bus bus_{{}, nullptr, clock_};
  Board board_{settings(), clock_};
  UdpSocket phone_;
  Endpoint here_;
  SrtpSender seal_{params(kSuite, 1)};
  SrtpReceiver open_{params(kSuite, 2)};
};

TEST_P(BoardSlotTest, CarriesVoiceBetweenAnEncryptedLegAndASlotAndProvesIt) {
  // ENC-2, ENC-6.
  const Endpoint at = board_.open_slot(1, bus_.take(port_).value()).value();
  EXPECT_EQ(board_.sessions(), 1u);
  ASSERT_TRUE(board_.configure_slot(1, leg(), pcma()));
  // The card speaks until the phone has heard it, and the phone until the card has.
  bool phone_heard = false;
  bool port_heard = false;
  for (std::uint16_t sequence = 1; !(phone_heard && port_heard) && sequence < 2'000; ++sequence) {
    shelf_->say(kAt, Bytes(160, kLoud));
    const Bytes payload = receive();
    ASSERT_EQ(payload.size(), 160u);
    phone_heard = phone_heard || payload == Bytes(160, kLoud);
    send(at, sequence);
    const Bytes heard = shelf_->heard(kAt);
    port_heard = port_heard || std::ranges::count(heard, kLoud) > 0;
  }
  EXPECT_TRUE(phone_heard);
  EXPECT_TRUE(port_heard);
  const SlotSessionStats stats = board_.slot_stats(1).value();
  EXPECT_TRUE(stats.leg.receives_encrypted());
  EXPECT_TRUE(stats.leg.sends_encrypted());
  EXPECT_EQ(stats.leg.send_suite, kSuite);
  EXPECT_GT(stats.slot.heard, 0u);
  EXPECT_GT(stats.slot.said, 0u);
  const SlotSessionStats last = board_.close_slot(1).value();
  EXPECT_GE(last.leg.rtp.tx_encrypted, stats.leg.rtp.tx_encrypted);
  EXPECT_FALSE(board_.slot_stats(1));
  EXPECT_EQ(board_.sessions(), 0u);
  EXPECT_TRUE(until([this] { return !bus_.port(port_)->is_taken; })) << "the slot is given back";
}

TEST_P(BoardSlotTest, RefusesWhatItCannotDo) {
  ASSERT_TRUE(board_.open_slot(1, bus_.take(port_).value()));
  EXPECT_EQ(board_.open_slot(1, bus_.take(port_).value()).error().code, "media.session-exists");
  EXPECT_EQ(board_.open_slot(2, bus_.take(port_).value(), AddressFamily::ip6).error().code, "media.no-address");
  EXPECT_EQ(board_.configure_slot(3, leg(), pcma()).error().code, "media.no-session");
  EXPECT_EQ(board_.configure_slot(1, leg(), {{{{Codec::telephone_event, 101}}, {Codec::pcma, 8}}, {}}).error().code,
            "media.no-voice");
  LegMedia short_key = leg();
  short_key.send = SrtpParams{kSuite, base::SecretBytes(Bytes(5))};
  EXPECT_EQ(board_.configure_slot(1, std::move(short_key), pcma()).error().code, "media.key-length");
  EXPECT_FALSE(board_.close_slot(7));
  board_.dial_slot(7, '1');
}

INSTANTIATE_TEST_SUITE_P(On, BoardSlotTest, testing::Values(PacketEngine::epoll, PacketEngine::io_uring),
                         [](const auto& engine) { return engine.param == PacketEngine::epoll ? "Epoll" : "IoUring"; });

}  // namespace
}  // namespace cadenas::media::tdm
