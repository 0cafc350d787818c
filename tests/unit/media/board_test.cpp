// The board over real UDP on the loopback. Waiting is on events: poll on the socket, or a packet that must come after
// the one in question; the deadlines only end a test that fails.
#include "media/board.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <thread>

#include <gtest/gtest.h>

#include "board_on_loopback.hpp"
#include "dtls_peer.hpp"
#include "media/dtls_leg.hpp"
#include "media/dtls_profile.hpp"
#include "media/srtcp.hpp"
#include "media/srtp_receiver.hpp"
#include "media/srtp_sender.hpp"
#include "media/udp_socket.hpp"
#include "packets.hpp"

namespace cadenas::media {
namespace {

using base::Bytes;
using base::Endpoint;
using test::clear_leg;
using test::k128;
using test::k256;
using test::kDeadlineMs;
using test::loopback;
using test::opened;
using test::params;
using test::receiver_report;
using test::rtp_packet;
using test::srtp;
using test::srtp_leg;

using BoardTest = test::BoardOnLoopback;
using Phone = test::BoardPhone;

/// Both roles: the far end as client and as server.
TEST_P(BoardTest, ShakesHandsAndRelaysBetweenDtlsAndClear) {
  for (const DtlsRole own : {DtlsRole::passive, DtlsRole::active}) {
    const SessionId id = own == DtlsRole::passive ? 11 : 12;
    const SessionPorts ports = board_.open(id).value();
    test::DtlsPeer peer({.role = own == DtlsRole::passive ? DtlsRole::active : DtlsRole::passive});
    LegMedia dtls = clear_leg(a_.here());
    dtls.rtcp_mux = true;
    dtls.dtls = DtlsParams{own, {peer.fingerprint()}, {dtls_suites().begin(), dtls_suites().end()}, 0};
    ASSERT_TRUE(board_.configure(id, Side::a, std::move(dtls)).has_value());
    ASSERT_TRUE(board_.configure(id, Side::b, clear_leg(b_.here())).has_value());
    peer.run();
    while (!peer.is_done() && !peer.has_failed()) {
      for (const Bytes& datagram : std::exchange(peer.out, {})) a_.send(ports.a, datagram);
      const Bytes answer = a_.receive();
      ASSERT_FALSE(answer.empty());
      peer.run(answer);
    }
    for (const Bytes& datagram : std::exchange(peer.out, {})) a_.send(ports.a, datagram);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(kDeadlineMs);
    while (board_.stats(id)->a.dtls.value_or(DtlsStats{}).state != DtlsState::established) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline);
      std::this_thread::yield();
    }
    a_.send(ports.a, peer.protect(rtp_packet(7, 1)));
    EXPECT_EQ(b_.receive(), rtp_packet(7, 1));
    b_.send(ports.b, rtp_packet(9, 1));
    Bytes sealed = a_.receive();
    // On a slow machine a flight may have been sent twice.
    while (!sealed.empty() && is_dtls(sealed[0])) sealed = a_.receive();
    EXPECT_EQ(peer.unprotect(sealed), rtp_packet(9, 1));
    const SideStats leg = board_.close(id)->a;
    EXPECT_EQ(leg.dtls->handshakes, 1u);
    EXPECT_EQ(leg.rtp.rx_authenticated, 1u);
    // The server chooses.
    EXPECT_EQ(leg.receive_suite, own == DtlsRole::passive ? Suite::aead_aes_256_gcm : k128);
  }
}

TEST_P(BoardTest, RefusesADescriptionOfDtlsThatProvesNothing) {
  const auto refusal = [&](const std::function<void(LegMedia&)>& spoil) {
    LegMedia media = clear_leg(a_.here());
    media.dtls = DtlsParams{
        DtlsRole::passive, {{FingerprintHash::sha256, Bytes(32, 1)}}, {dtls_suites().begin(), dtls_suites().end()}, 0};
    spoil(media);
    const auto done = board_.configure(kId, Side::a, std::move(media));
    return done ? "" : done.error().code;
  };
  ASSERT_TRUE(board_.open(kId).has_value());
  EXPECT_EQ(refusal([](LegMedia&) {}), "");
  EXPECT_EQ(refusal([](LegMedia& m) { m.dtls->peer.clear(); }), "media.dtls-fingerprint");
  EXPECT_EQ(refusal([](LegMedia& m) { m.dtls->peer[0].value.pop_back(); }), "media.dtls-fingerprint");
  EXPECT_EQ(refusal([](LegMedia& m) { m.dtls->suites = {Suite::aes_256_cm_hmac_sha1_80}; }), "media.dtls-suites");
  EXPECT_EQ(refusal([](LegMedia& m) { m.send = params(k128); }), "media.dtls-keys");
}

TEST_P(BoardTest, TranscryptsBothWaysAndProvesIt) {
  const SessionPorts ports = board_.open(kId).value();
  configure(Side::a, srtp_leg(a_.here(), params(k256, 1), params(k256, 2)));
  configure(Side::b, clear_leg(b_.here()));
  wait_until_configured();
  SrtpSender tx(params(k256, 1));
  SrtpReceiver rx(params(k256, 2));
  // Over the wrap of the sequence number, RFC 3711 §3.3.1.
  std::uint16_t sequence = 65'500;
  for (int i = 0; i < 100; ++i, ++sequence) {
    a_.send(ports.a, srtp(tx, rtp_packet(7, sequence)));
    ASSERT_EQ(b_.receive(), rtp_packet(7, sequence));
    b_.send(ports.b, rtp_packet(8, sequence));
    ASSERT_EQ(opened(rx, a_.receive()), rtp_packet(8, sequence));
  }
  const SessionStats stats = stats_once([](const SessionStats& s) { return s.a.rtp.tx_encrypted == 100; });
  EXPECT_EQ(stats.a.rtp.rx_authenticated, 100u);
  EXPECT_TRUE(stats.a.receives_encrypted());
  EXPECT_TRUE(stats.a.sends_encrypted());
  EXPECT_EQ(stats.b.rtp.rx_clear, 100u);
  EXPECT_EQ(stats.b.rtp.tx_clear, 100u);
  const std::optional<SessionStats> last = board_.close(kId);
  ASSERT_TRUE(last);
  EXPECT_EQ(last->a.rtp.rx_authenticated, 100u);
  EXPECT_EQ(board_.stats(kId), std::nullopt);
}

TEST_P(BoardTest, PassesThroughBetweenLegsThatShareKeys) {
  const SessionPorts ports = board_.open(kId).value();
  configure(Side::a, srtp_leg(a_.here(), params(k128, 1), params(k128, 2)));
  configure(Side::b, srtp_leg(b_.here(), params(k128, 2), params(k128, 1)));
  wait_until_configured();
  SrtpSender tx(params(k128, 1));
  for (std::uint16_t s = 1; s <= 10; ++s) {
    const Bytes sent = srtp(tx, rtp_packet(7, s));
    a_.send(ports.a, sent);
    ASSERT_EQ(b_.receive(), sent);
  }
  EXPECT_EQ(stats_once([](const SessionStats& s) { return s.b.rtp.tx_encrypted == 10; }).passed_through, 10u);
}

TEST_P(BoardTest, RekeysAndChangesSsrcInMidStream) {
  const SessionPorts ports = board_.open(kId).value();
  configure(Side::a, srtp_leg(a_.here(), params(k128, 1), params(k128, 2)));
  configure(Side::b, clear_leg(b_.here()));
  wait_until_configured();
  SrtpSender before(params(k128, 1));
  SrtpSender after(params(k256, 3));
  a_.send(ports.a, srtp(before, rtp_packet(7, 1)));
  ASSERT_EQ(b_.receive(), rtp_packet(7, 1));
  configure(Side::a, srtp_leg(a_.here(), params(k256, 3), params(k256, 4)));
  stats_once([](const SessionStats& s) { return s.a.receive_suite == k256; });
  a_.send(ports.a, srtp(before, rtp_packet(7, 2)));
  ASSERT_EQ(b_.receive(), rtp_packet(7, 2));
  a_.send(ports.a, srtp(after, rtp_packet(99, 3)));
  ASSERT_EQ(b_.receive(), rtp_packet(99, 3));
}

TEST_P(BoardTest, CountsForgeryAndGarbageAndStaysWithThePhone) {
  const SessionPorts ports = board_.open(kId).value();
  configure(Side::a, srtp_leg(a_.here(), params(k128, 1), params(k128, 2)));
  configure(Side::b, clear_leg(b_.here()));
  wait_until_configured();
  const Phone attacker;
  SrtpSender forger(params(k128, 9));
  for (std::uint16_t s = 0; s < 20; ++s) attacker.send(ports.a, srtp(forger, rtp_packet(7, s)));
  attacker.send(ports.a, Bytes(1, 0));
  attacker.send(ports.a, Bytes(1500, 0xff));
  attacker.send(ports.a, Bytes(9000, 0x80));
  SrtpSender tx(params(k128, 1));
  a_.send(ports.a, srtp(tx, rtp_packet(7, 500)));
  ASSERT_EQ(b_.receive(), rtp_packet(7, 500)) << "the first thing the other phone hears is the real voice";
  b_.send(ports.b, rtp_packet(8, 1));
  SrtpReceiver rx(params(k128, 2));
  EXPECT_EQ(opened(rx, a_.receive()), rtp_packet(8, 1));
  const SessionStats stats = board_.stats(kId).value();
  EXPECT_EQ(stats.a.rtp.rx_auth_failed, 20u);
  EXPECT_EQ(stats.a.rtp.rx_malformed, 3u);
  EXPECT_EQ(stats.a.moved, 0u);
}

TEST_P(BoardTest, RelaysRtcpOnItsOwnPorts) {
  const SessionPorts ports = board_.open(kId).value();
  const Phone a_rtcp;
  const Phone b_rtcp;
  LegMedia a = srtp_leg(a_.here(), params(k128, 1), params(k128, 2));
  a.remote_rtcp = a_rtcp.here();
  LegMedia b = clear_leg(b_.here());
  b.remote_rtcp = b_rtcp.here();
  configure(Side::a, std::move(a));
  configure(Side::b, std::move(b));
  wait_until_configured();
  b_rtcp.send(ports.b.with_port(static_cast<std::uint16_t>(ports.b.port() + 1)), receiver_report(8));
  SrtcpReceiver rx(params(k128, 2));
  Bytes packet = a_rtcp.receive();
  const Receipt receipt = rx.open(packet, Opening::decrypt);
  ASSERT_EQ(receipt.status, SrtpStatus::ok);
  packet.resize(receipt.octets);
  EXPECT_EQ(packet, receiver_report(8));
}

TEST_P(BoardTest, RelaysBetweenIpv6AndIpv4) {
  const base::Result<SessionPorts> ports = board_.open(kId, AddressFamily::ip6, AddressFamily::ip4);
  ASSERT_TRUE(ports) << ports.error().message;
  const Phone six(Endpoint::parse("::1", 0).value());
  configure(Side::a, clear_leg(six.here()));
  configure(Side::b, clear_leg(b_.here()));
  wait_until_configured();
  // Alternating families: the room for a source address is the same for both.
  for (std::uint16_t s = 0; s < 5; ++s) {
    six.send(ports->a, rtp_packet(7, s));
    EXPECT_EQ(b_.receive(), rtp_packet(7, s));
    b_.send(ports->b, rtp_packet(8, s));
    EXPECT_EQ(six.receive(), rtp_packet(8, s));
  }
}

TEST_P(BoardTest, SaysWhyItCannotOpenOrConfigure) {
  EXPECT_EQ(board_.configure(5, Side::a, {}).error().code, "media.no-session");
  EXPECT_EQ(board_.stats(5), std::nullopt);
  EXPECT_EQ(board_.close(5), std::nullopt);
  ASSERT_TRUE(board_.open(5));
  EXPECT_EQ(board_.open(5).error().code, "media.session-exists");
  LegMedia bad;
  bad.send = SrtpParams{k128, base::SecretBytes(Bytes(46))};
  EXPECT_EQ(board_.configure(5, Side::a, std::move(bad)).error().code, "media.key-length");

  BoardSettings four_only;
  four_only.bind_ip4 = loopback();
  Board small(four_only, clock_);
  EXPECT_EQ(small.open(1, AddressFamily::ip6).error().code, "media.no-address");
}

// Two sessions sent to each other's ports would pass one packet round for ever.
TEST_P(BoardTest, RefusesToSendToAPortOfItsOwn) {
  const SessionPorts first = board_.open(21).value();
  LegMedia mirror;
  mirror.remote_rtp = first.b;
  EXPECT_EQ(board_.configure(21, Side::a, std::move(mirror)).error().code, "media.own-address");
  LegMedia by_rtcp;
  by_rtcp.remote_rtp = Phone().here();
  by_rtcp.remote_rtcp = first.a.with_port(static_cast<std::uint16_t>(first.a.port() + 1));
  EXPECT_EQ(board_.configure(21, Side::a, std::move(by_rtcp)).error().code, "media.own-address");
}

TEST_P(BoardTest, SaysWhenPortsAreExhaustedAndTakesThemBack) {
  BoardSettings narrow = settings();
  narrow.first_port = 41000;
  narrow.last_port = 41003;
  Board small(narrow, clock_);
  ASSERT_EQ(small.free_ports(AddressFamily::ip4), 2u);
  const SessionPorts ports = small.open(1).value();
  EXPECT_EQ(ports.a.port() % 2, 0);
  EXPECT_EQ(small.open(2).error().code, "media.ports-exhausted");
  EXPECT_TRUE(small.open(3, AddressFamily::ip6, AddressFamily::ip6)) << "the other family has its own ports";
  EXPECT_TRUE(small.close(1));
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(kDeadlineMs);
  while (small.free_ports(AddressFamily::ip4) < 2 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::yield();
  }
  EXPECT_TRUE(small.open(2));
}

TEST_P(BoardTest, PassesOverPortsThatAnotherProgramHolds) {
  BoardSettings narrow = settings();
  narrow.first_port = 41010;
  narrow.last_port = 41015;
  const UdpSocket taken = UdpSocket::bind(loopback(41011));
  ASSERT_TRUE(taken.is_open());
  Board small(narrow, clock_);
  const base::Result<SessionPorts> ports = small.open(1);
  ASSERT_TRUE(ports);
  EXPECT_NE(ports->a.port(), 41010);
  EXPECT_NE(ports->b.port(), 41010);
  EXPECT_EQ(small.open(2).error().code, "media.ports-exhausted");
}

TEST_P(BoardTest, WritesTheAdvertisedAddress) {
  BoardSettings behind_nat = settings();
  behind_nat.advertise_ip4 = Endpoint::parse("203.0.113.5", 0).value();
  Board board(behind_nat, clock_);
  const SessionPorts ports = board.open(1).value();
  EXPECT_EQ(ports.a.address(), "203.0.113.5");
  EXPECT_EQ(ports.a.port() % 2, 0);
}

TEST_P(BoardTest, ClosesUnderFireWhileOthersAskForStatistics) {
  Board board(settings(2), clock_);
  std::atomic<bool> done{false};
  std::atomic<std::uint64_t> newest{0};
  std::thread reader([&] {
    while (!done) {
      if (const auto stats = board.stats(newest)) {
        EXPECT_LE(stats->b.rtp.tx_clear, 30u);
      }
    }
  });
  for (SessionId id = 1; id <= 40; ++id) {
    const SessionPorts ports = board.open(id).value();
    newest = id;
    EXPECT_TRUE(board.configure(id, Side::a, clear_leg(a_.here())));
    EXPECT_TRUE(board.configure(id, Side::b, clear_leg(b_.here())));
    for (std::uint16_t s = 0; s < 20; ++s) a_.send(ports.a, rtp_packet(7, s));
    EXPECT_TRUE(board.close(id));
    for (std::uint16_t s = 20; s < 30; ++s) a_.send(ports.a, rtp_packet(7, s));
  }
  done = true;
  reader.join();
  EXPECT_EQ(board.sessions(), 0u);
}

INSTANTIATE_TEST_SUITE_P(On, BoardTest, testing::Values(PacketEngine::epoll, PacketEngine::io_uring),
                         test::name_of_engine);

}  // namespace
}  // namespace cadenas::media
