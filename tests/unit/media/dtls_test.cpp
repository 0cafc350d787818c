// DTLS-SRTP of one leg against a far end of OpenSSL and libsrtp2.
#include <algorithm>
#include <chrono>
#include <set>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "dtls_session.hpp"
#include "media/dtls_fingerprint.hpp"

namespace cadenas::media {
namespace {

using base::Bytes;
using base::Endpoint;
using test::DtlsPeer;
using test::other_end;
using test::PeerSettings;
using test::receiver_report;
using test::rtp_packet;
using DtlsTest = test::DtlsSession;

class DtlsRoleTest : public DtlsTest, public testing::WithParamInterface<DtlsRole> {};
INSTANTIATE_TEST_SUITE_P(BothRoles, DtlsRoleTest, testing::Values(DtlsRole::active, DtlsRole::passive),
                         [](const auto& role) { return role.param == DtlsRole::active ? "active" : "passive"; });

TEST_P(DtlsRoleTest, AgreesOnKeysThatLibsrtpUses) {
  for (const Suite suite : dtls_suites()) {
    SCOPED_TRACE(facts(suite).sdp_name);
    DtlsPeer peer({.role = other_end(GetParam()), .profiles = profile_list(std::array{suite})});
    LegMedia media = leg(peer, GetParam());
    media.dtls->association = static_cast<std::uint32_t>(suite);
    configure(std::move(media));
    shake(peer);
    ASSERT_EQ(stats().state, DtlsState::established);
    EXPECT_EQ(leg_stats().receive_suite, suite);
    EXPECT_EQ(leg_stats().send_suite, suite);
    expect_voice(peer);
  }
  EXPECT_EQ(stats().handshakes, dtls_suites().size());
  EXPECT_EQ(stats().failures, 0u);
  EXPECT_TRUE(leg_stats().receives_encrypted());
  EXPECT_TRUE(leg_stats().sends_encrypted());
}

TEST_P(DtlsRoleTest, ShakesHandsWithRsaToo) {
  DtlsPeer peer({.role = other_end(GetParam()), .key = "RSA2048"});
  configure(leg(peer, GetParam()));
  shake(peer);
  ASSERT_EQ(stats().state, DtlsState::established);
  expect_voice(peer);
}

TEST_F(DtlsTest, AsServerChoosesTheStrongestProfileByItsOwnOrder) {
  DtlsPeer peer({.profiles = "SRTP_AES128_CM_SHA1_32:SRTP_AES128_CM_SHA1_80:SRTP_AEAD_AES_256_GCM"});
  configure(leg(peer, DtlsRole::passive));
  shake(peer);
  EXPECT_EQ(leg_stats().receive_suite, Suite::aead_aes_256_gcm);
  EXPECT_STREQ(peer.profile(), "SRTP_AEAD_AES_256_GCM");
}

TEST_F(DtlsTest, TakesOnlyTheSuitesThatAreAllowed) {
  DtlsPeer peer;
  LegMedia media = leg(peer, DtlsRole::passive);
  media.dtls->suites = {Suite::aes_cm_128_hmac_sha1_80};
  configure(std::move(media));
  shake(peer);
  EXPECT_EQ(leg_stats().receive_suite, Suite::aes_cm_128_hmac_sha1_80);
}

TEST_P(DtlsRoleTest, LetsNothingThroughBeforeTheHandshakeIsDone) {
  DtlsPeer peer({.role = other_end(GetParam())});
  configure(leg(peer, GetParam()));
  EXPECT_EQ(from_peer(rtp_packet(7, 1)), std::nullopt);
  EXPECT_EQ(from_peer(receiver_report(7)), std::nullopt);
  EXPECT_EQ(from_clear(rtp_packet(9, 1)), std::nullopt);
  // Not G.711 in the clear: the peer may be ahead of us with its keys.
  EXPECT_EQ(from_peer(rtp_packet(7, 2, 170)), std::nullopt);
  EXPECT_EQ(leg_stats().rtp.rx_clear_refused, 1u);
  EXPECT_EQ(leg_stats().rtp.rx_early, 1u);
  EXPECT_EQ(leg_stats().rtcp.rx_clear_refused, 1u);
  EXPECT_EQ(leg_stats().rtp.tx_clear, 0u);
  shake(peer);
  expect_voice(peer);
  EXPECT_EQ(leg_stats().rtp.rx_clear, 0u);
}

TEST_P(DtlsRoleTest, RefusesACertificateThatSignallingDidNotName) {
  DtlsPeer peer({.role = other_end(GetParam())});
  DtlsPeer somebody_else;
  configure(leg(somebody_else, GetParam()));
  shake(peer);
  carry(peer);
  EXPECT_EQ(stats().state, DtlsState::failed);
  EXPECT_EQ(stats().failure, DtlsFailure::fingerprint);
  EXPECT_EQ(stats().handshakes, 0u);
  EXPECT_FALSE(leg_stats().receive_suite);
  EXPECT_TRUE(peer.has_failed()) << "the peer was not told";
  EXPECT_EQ(from_clear(rtp_packet(9, 1)), std::nullopt);
  EXPECT_EQ(from_peer(rtp_packet(7, 1)), std::nullopt);
}

TEST_F(DtlsTest, OfSeveralFingerprintsTakesAnyOfTheStrongestHash) {
  DtlsPeer peer;
  DtlsPeer somebody_else;
  LegMedia media = leg(peer, DtlsRole::passive);
  media.dtls->peer = {somebody_else.fingerprint(FingerprintHash::sha512), somebody_else.fingerprint(),
                      peer.fingerprint(FingerprintHash::sha512)};
  configure(std::move(media));
  shake(peer);
  EXPECT_EQ(stats().state, DtlsState::established);
}

TEST_F(DtlsTest, AWeakerHashThatMatchesDoesNotMakeUpForAStrongerOneThatDoesNot) {
  DtlsPeer peer;
  DtlsPeer somebody_else;
  LegMedia media = leg(peer, DtlsRole::passive);
  media.dtls->peer.push_back(somebody_else.fingerprint(FingerprintHash::sha384));
  configure(std::move(media));
  shake(peer);
  EXPECT_EQ(stats().failure, DtlsFailure::fingerprint);
}

TEST_P(DtlsRoleTest, NamesWhyAHandshakeFailed) {
  std::uint32_t association = 0;
  const auto failure_with = [&](PeerSettings settings) {
    settings.role = other_end(GetParam());
    DtlsPeer peer(settings);
    LegMedia media = leg(peer, GetParam());
    media.dtls->association = ++association;
    configure(std::move(media));
    shake(peer);
    carry(peer);
    EXPECT_FALSE(leg_stats().receive_suite);
    return stats().failure;
  };
  EXPECT_EQ(failure_with({.key = "RSA1024"}), DtlsFailure::weak_key);
  EXPECT_EQ(failure_with({.profiles = ""}), DtlsFailure::no_srtp_profile);
}

TEST_F(DtlsTest, RefusesAClientWithoutACertificate) {
  DtlsPeer peer({.shows_certificate = false});
  configure(leg(peer, DtlsRole::passive));
  shake(peer);
  EXPECT_EQ(stats().failure, DtlsFailure::no_certificate);
}

TEST_P(DtlsRoleTest, GetsOverTheLossOfAnyDatagram) {
  // Each of the datagrams of both ends in turn, until one handshake had none left to lose.
  for (std::size_t lost = 0;; ++lost) {
    SCOPED_TRACE(lost);
    DtlsPeer peer({.role = other_end(GetParam())});
    LegMedia media = leg(peer, GetParam());
    media.dtls->association = static_cast<std::uint32_t>(lost);
    std::size_t seen = 0;
    keeps_ = [&](const Bytes&) { return seen++ != lost; };
    configure(std::move(media));
    shake(peer);
    ASSERT_EQ(stats().state, DtlsState::established);
    expect_voice(peer);
    if (seen <= lost) break;
    ASSERT_LT(lost, 100u);
  }
}

TEST_P(DtlsRoleTest, GetsOverALineThatLosesAThirdOfTheDatagrams) {
  DtlsPeer peer({.role = other_end(GetParam()), .key = "RSA2048"});
  // Not each third: flights have a fixed length, and would lose the same datagram for ever. Nor half of them: OpenSSL
  // sends a flight twelve times and gives up, which at the far end, whose timers are short for the test, is a second.
  std::uint32_t chance = 1;
  keeps_ = [&](const Bytes&) {
    chance = chance * 1'664'525 + 1'013'904'223;
    return (chance >> 16) % 3 != 0;
  };
  configure(leg(peer, GetParam()));
  shake(peer);
  ASSERT_EQ(stats().state, DtlsState::established);
  expect_voice(peer);
}

TEST_P(DtlsRoleTest, TakesFlightsInAnyOrderAndTwice) {
  DtlsPeer peer({.role = other_end(GetParam()), .key = "RSA2048"});
  configure(leg(peer, GetParam()));
  peer.run();
  const auto deadline = std::chrono::steady_clock::now() + kDeadline;
  while (stats().state != DtlsState::established || !peer.is_done()) {
    ASSERT_LT(std::chrono::steady_clock::now(), deadline);
    work();
    auto to_peer = std::exchange(sent_, {});
    for (auto sent = to_peer.rbegin(); sent != to_peer.rend(); ++sent) {
      peer.run(sent->datagram);
      peer.run(sent->datagram);
    }
    auto to_us = std::exchange(peer.out, {});
    for (auto datagram = to_us.rbegin(); datagram != to_us.rend(); ++datagram) {
      from_peer(*datagram);
      from_peer(*datagram);
      work();
    }
    now_ += base::Millis{5};
    peer.tick();
    std::this_thread::yield();
  }
  expect_voice(peer);
}

TEST_F(DtlsTest, KeepsAClientHelloThatCameBeforeTheAnswer) {
  DtlsPeer peer;
  peer.run();
  ASSERT_EQ(peer.out.size(), 1u);
  EXPECT_EQ(from_peer(peer.out.front()), std::nullopt);
  work();
  EXPECT_TRUE(sent_.empty()) << "answered before anybody said who may call";
  peer.out.clear();
  configure(leg(peer, DtlsRole::passive));
  carry(peer);
  EXPECT_EQ(stats().state, DtlsState::established);
  expect_voice(peer);
}

TEST_F(DtlsTest, AClientHelloThatCameEarlyDoesNotStandInTheWayOfTheActiveEnd) {
  DtlsPeer early;
  early.run();
  from_peer(early.out.front());
  DtlsPeer peer({.role = DtlsRole::passive});
  configure(leg(peer, DtlsRole::active));
  shake(peer);
  EXPECT_EQ(stats().state, DtlsState::established);
  expect_voice(peer);
}

TEST_F(DtlsTest, DoesNothingForAStranger) {
  DtlsPeer peer;
  DtlsPeer stranger;
  configure(leg(peer, DtlsRole::passive));
  stranger.run();
  from_peer(stranger.out.front(), kStranger);
  from_peer(Bytes(100, 22), kStranger);
  work();
  EXPECT_TRUE(sent_.empty());
  EXPECT_EQ(stats().rx_dropped, 2u);
  EXPECT_EQ(stats().state, DtlsState::waiting);
  shake(peer);
  expect_voice(peer);
  // Nor when there are keys.
  from_peer(stranger.out.front(), kStranger);
  from_peer(Bytes(100, 23), kStranger);
  work();
  EXPECT_TRUE(sent_.empty());
  expect_voice(peer, 101);
}

TEST_F(DtlsTest, JunkMakesNoHandshake) {
  DtlsPeer peer;
  configure(leg(peer, DtlsRole::passive));
  for (int first = 0; first < 256; ++first) {
    Bytes junk(60, static_cast<std::uint8_t>(first));
    EXPECT_EQ(from_peer(junk), std::nullopt);
  }
  work();
  EXPECT_TRUE(sent_.empty());
  EXPECT_EQ(stats().state, DtlsState::waiting);
  EXPECT_EQ(stats().rx_dropped, 44u) << "20 to 63 are DTLS (RFC 7983)";
  shake(peer);
  expect_voice(peer);
}

TEST_F(DtlsTest, AStrangerWhoCameFirstMakesWayForTheSignalledPeer) {
  DtlsPeer peer;
  DtlsPeer stranger;
  LegMedia media = leg(peer, DtlsRole::passive);
  media.latching = Latching::any_host;
  configure(std::move(media));
  stranger.run();
  from_peer(stranger.out.front(), kStranger);
  work();
  ASSERT_FALSE(sent_.empty());
  EXPECT_EQ(sent_.front().to, kStranger);
  sent_.clear();
  // Handshakes begin half a second apart; the peer tries again in time.
  now_ += base::Millis{500};
  shake(peer);
  EXPECT_EQ(stats().state, DtlsState::established);
  expect_voice(peer);
}

TEST_F(DtlsTest, BehindANatWhoeverKnowsTheCertificateIsThePeer) {
  DtlsPeer peer;
  DtlsPeer stranger;
  LegMedia media = leg(peer, DtlsRole::passive);
  media.latching = Latching::any_host;
  configure(std::move(media));
  const Endpoint outside = at("198.51.100.9", 61'000);
  stranger.run();
  shake(stranger, kStranger);
  EXPECT_EQ(stats().failure, DtlsFailure::fingerprint);
  now_ += base::Millis{500};
  shake(peer, outside);
  ASSERT_EQ(stats().state, DtlsState::established);
  // Voice goes where the peer proved to be, before it has said a word.
  Bytes buffer = rtp_packet(9, 1);
  buffer.resize(2048);
  const auto out = session_.relay(Side::b, Protocol::rtp, buffer, 172, kClear, now_);
  ASSERT_TRUE(out);
  EXPECT_EQ(out->destination, outside);
}

TEST_F(DtlsTest, HandshakesOfOneLegBeginHalfASecondApart) {
  DtlsPeer peer;
  LegMedia media = leg(peer, DtlsRole::passive);
  media.latching = Latching::any_host;
  configure(std::move(media));
  std::set<std::uint16_t> answered;
  for (int tries = 0; tries < 100; ++tries) {
    DtlsPeer stranger;
    stranger.run();
    from_peer(stranger.out.front(), kStranger.with_port(static_cast<std::uint16_t>(1000 + tries)));
    work();
    for (const Sent& sent : std::exchange(sent_, {})) answered.insert(sent.to.port());
    now_ += base::Millis{1};
  }
  EXPECT_EQ(answered, std::set<std::uint16_t>{1000});
}

TEST_P(DtlsRoleTest, TheSameDescriptionGoesOnWithTheAssociation) {
  DtlsPeer peer({.role = other_end(GetParam())});
  configure(leg(peer, GetParam()));
  shake(peer);
  expect_voice(peer);
  LegMedia again = leg(peer, GetParam());
  again.direction = Direction::send_only;
  configure(std::move(again));
  configure(leg(peer, GetParam()));
  work();
  EXPECT_TRUE(sent_.empty());
  expect_voice(peer, 101);
  EXPECT_EQ(leg_stats().rtp.rx_auth_failed, 0u);
}

TEST_P(DtlsRoleTest, ANewFingerprintClosesTheLegUntilItsOwnerShookHands) {
  DtlsPeer before({.role = other_end(GetParam())});
  configure(leg(before, GetParam()));
  shake(before);
  expect_voice(before);
  DtlsPeer after({.role = other_end(GetParam())});
  configure(leg(after, GetParam()));
  EXPECT_EQ(from_peer(before.protect(rtp_packet(7, 200))), std::nullopt);
  EXPECT_EQ(from_clear(rtp_packet(9, 200)), std::nullopt);
  shake(after);
  expect_voice(after, 201);
  EXPECT_EQ(from_peer(before.protect(rtp_packet(7, 202))), std::nullopt);
  EXPECT_EQ(leg_stats().rtp.rx_auth_failed, 1u);
}

TEST_F(DtlsTest, ChangesToKeysOfSignallingAndBack) {
  DtlsPeer peer;
  configure(leg(peer, DtlsRole::passive));
  shake(peer);
  expect_voice(peer);
  LegMedia sdes;
  sdes.remote_rtp = kPeer;
  sdes.srtp_only = true;
  sdes.receive = test::params(Suite::aes_256_cm_hmac_sha1_80, 1);
  sdes.send = test::params(Suite::aes_256_cm_hmac_sha1_80, 2);
  configure(std::move(sdes));
  EXPECT_FALSE(leg_stats().dtls);
  EXPECT_EQ(from_peer(peer.protect(rtp_packet(7, 300))), std::nullopt);
  DtlsPeer next;
  configure(leg(next, DtlsRole::passive));
  EXPECT_FALSE(leg_stats().receive_suite);
  now_ += base::Millis{500};
  shake(next);
  expect_voice(next, 301);
}

TEST_P(DtlsRoleTest, RefusesRenegotiation) {
  DtlsPeer peer({.role = other_end(GetParam())});
  configure(leg(peer, GetParam()));
  shake(peer);
  expect_voice(peer);
  const std::uint64_t done = stats().handshakes;
  SSL_renegotiate(peer.ssl());
  SSL_do_handshake(peer.ssl());
  carry(peer);
  EXPECT_EQ(stats().handshakes, done);
  EXPECT_EQ(stats().state, DtlsState::established);
  expect_voice(peer, 101);
}

TEST_F(DtlsTest, KeepsTheKeysWhenThePeerEndsItsAssociation) {
  DtlsPeer peer;
  configure(leg(peer, DtlsRole::passive));
  shake(peer);
  expect_voice(peer);
  SSL_shutdown(peer.ssl());
  carry(peer);
  EXPECT_EQ(stats().state, DtlsState::established);
  expect_voice(peer, 101);
}

TEST_F(DtlsTest, TheActiveEndTriesAgainAsLongAsNobodyAnswers) {
  DtlsPeer peer({.role = DtlsRole::passive});
  configure(leg(peer, DtlsRole::active));
  work();
  EXPECT_EQ(std::exchange(sent_, {}).size(), 1u);
  // OpenSSL gives up after twelve times.
  const auto deadline = std::chrono::steady_clock::now() + kDeadline;
  keeps_ = [](const Bytes&) { return false; };
  std::size_t flights = 1;
  while (stats().failures == 0) {
    ASSERT_LT(std::chrono::steady_clock::now(), deadline);
    now_ += base::Millis{5};
    work();
    flights += std::exchange(sent_, {}).size();
    if (flights > 3) break;
  }
  EXPECT_GT(flights, 3u) << "sent again";
  keeps_ = nullptr;
  shake(peer);
  expect_voice(peer);
}

TEST(DtlsKeysTest, CutsTheExportAsRfc5764Says) {
  const Suite suite = Suite::aes_cm_128_hmac_sha1_80;
  Bytes exported(exported_octets(suite));
  for (std::size_t i = 0; i < exported.size(); ++i) exported[i] = static_cast<std::uint8_t>(i);
  const auto piece = [&](std::size_t from, std::size_t size) {
    return Bytes(exported.begin() + static_cast<std::ptrdiff_t>(from),
                 exported.begin() + static_cast<std::ptrdiff_t>(from + size));
  };
  Bytes client = piece(0, 16), server = piece(16, 16);
  for (const std::uint8_t octet : piece(32, 14)) client.push_back(octet);
  for (const std::uint8_t octet : piece(46, 14)) server.push_back(octet);
  const DtlsKeys active = split_exported(suite, exported, DtlsRole::active);
  EXPECT_TRUE(std::ranges::equal(active.send.keying.view(), client));
  EXPECT_TRUE(std::ranges::equal(active.receive.keying.view(), server));
  const DtlsKeys passive = split_exported(suite, exported, DtlsRole::passive);
  EXPECT_TRUE(passive.send == active.receive);
  EXPECT_TRUE(passive.receive == active.send);
}

TEST(DtlsWorkTest, DoesOnePieceAStepInTurn) {
  struct Worker final : LegWorker {
    Worker(LegWork& desk, std::vector<int>& log, int id) : work_(desk), log_(log), id_(id) {}
    void work(base::SteadyTime) override {
      log_.push_back(id_);
      if (--left > 0) work_.ask(*this);
    }
    void expire(base::SteadyTime) override { log_.push_back(-id_); }
    int left = 2;
    LegWork& work_;
    std::vector<int>& log_;
    int id_;
  };
  const DtlsContext context{base::WallTime{}};
  LegWork desk(context);
  std::vector<int> log;
  Worker one(desk, log, 1), two(desk, log, 2);
  EXPECT_EQ(desk.next(), std::nullopt);
  desk.ask(one);
  desk.ask(two);
  desk.ask(one);
  EXPECT_EQ(desk.next(), base::SteadyTime{});
  const base::SteadyTime now{std::chrono::seconds(5)};
  for (int i = 0; i < 5; ++i) desk.step(now);
  EXPECT_EQ(log, (std::vector{1, 2, 1, 2}));
  desk.wake_at(one, now + base::Millis{10});
  desk.wake_at(two, now + base::Millis{20});
  desk.wake_at(two, now + base::Millis{5});
  EXPECT_EQ(desk.next(), now + base::Millis{5});
  desk.forget(one);
  log.clear();
  desk.step(now + base::Millis{30});
  desk.step(now + base::Millis{30});
  EXPECT_EQ(log, std::vector{-2});
  EXPECT_EQ(desk.next(), std::nullopt);
}

}  // namespace
}  // namespace cadenas::media
