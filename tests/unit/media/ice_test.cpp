// A leg with ICE against checks that foreign code writes, and with DTLS-SRTP behind it.
#include <array>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "dtls_session.hpp"
#include "ice_agent.hpp"

namespace cadenas::media {
namespace {

using base::Bytes;
using base::Endpoint;
using test::Check;
using test::CheckAnswer;
using test::DtlsPeer;
using test::other_end;
using test::receiver_report;
using test::rtp_packet;

class IceTest : public test::DtlsSession {
 protected:
  static IceParams credentials(const std::string& mark = {}) {
    const Check check;
    return {"ours" + mark, base::SecretBytes::copy_of(base::as_bytes(check.password + mark)), "peer" + mark};
  }
  /// What a browser says: its candidates are names that nobody resolves.
  static LegMedia with_ice(LegMedia media, const std::string& mark = {}) {
    media.remote_rtp = at("0.0.0.0", 9);
    media.latching = Latching::any_host;
    media.ice = credentials(mark);
    return media;
  }
  LegMedia clear_with_ice() const {
    LegMedia media;
    media.rtcp_mux = true;
    return with_ice(std::move(media));
  }

  /// Sends it and reads what comes back; nothing if nothing does.
  std::optional<CheckAnswer> check(const Check& check, const Endpoint& source = kPeer) {
    return answer_to(test::make_check(check), source, check.password);
  }
  std::optional<CheckAnswer> answer_to(const Bytes& datagram, const Endpoint& source,
                                       const std::string& password = Check{}.password) {
    EXPECT_EQ(from_peer(datagram, source), std::nullopt);
    work();
    const std::vector<Sent> answers = std::exchange(answers_, {});
    if (answers.empty()) return std::nullopt;
    EXPECT_EQ(answers.size(), 1u);
    EXPECT_EQ(answers[0].to, source);
    const auto answer = test::read_answer(answers[0].datagram, password);
    EXPECT_TRUE(answer) << base::to_hex(answers[0].datagram);
    return answer;
  }
  void nominate(const Endpoint& source = kPeer) {
    const auto answer = check({.nominates = true}, source);
    ASSERT_TRUE(answer);
    EXPECT_TRUE(answer->is_success);
  }
  /// Where a packet of the other leg would go.
  std::optional<Endpoint> destination() { return destination_of(rtp_packet(9, ++sequence_)); }
  std::optional<Endpoint> destination_of(const Bytes& packet) {
    Bytes buffer = packet;
    buffer.resize(2048);
    const auto out = session_.relay(Side::b, Protocol::rtp, buffer, packet.size(), kClear, now_);
    return out ? std::optional(out->destination) : std::nullopt;
  }
  IceStats ice() const { return leg_stats().ice.value_or(IceStats{}); }

  std::uint16_t sequence_ = 1000;
  static inline const Endpoint kElsewhere = at("198.51.100.9", 61'000);
};

class IceRoleTest : public IceTest, public testing::WithParamInterface<DtlsRole> {};
INSTANTIATE_TEST_SUITE_P(BothRoles, IceRoleTest, testing::Values(DtlsRole::active, DtlsRole::passive),
                         [](const auto& role) { return role.param == DtlsRole::active ? "active" : "passive"; });

TEST_F(IceTest, AnswersACheckWithTheAddressItCameFrom) {
  configure(clear_with_ice());
  for (const Endpoint& source : {kPeer, at("2001:db8::7", 54'321)}) {
    const auto answer = check({.transaction = 0xa5}, source);
    ASSERT_TRUE(answer);
    EXPECT_TRUE(answer->is_success);
    EXPECT_EQ(answer->transaction, 0xa5);
    EXPECT_EQ(answer->mapped, source);
    EXPECT_EQ(answer->is_signed, true);
    EXPECT_TRUE(answer->has_fingerprint);
  }
  EXPECT_EQ(ice().answered, 2u);
  EXPECT_EQ(ice().state, IceState::checked);
}

TEST_F(IceTest, LetsNobodyInWithoutACheckAndSendsNothingBeforeANomination) {
  configure(clear_with_ice());
  EXPECT_EQ(from_peer(rtp_packet(7, 1)), std::nullopt);
  EXPECT_EQ(from_peer(receiver_report(7)), std::nullopt);
  EXPECT_EQ(leg_stats().rtp.rx_wrong_source, 1u);
  EXPECT_EQ(leg_stats().rtcp.rx_wrong_source, 1u);
  EXPECT_EQ(destination(), std::nullopt);
  check({});
  EXPECT_EQ(from_peer(rtp_packet(7, 2)), rtp_packet(7, 2));
  EXPECT_EQ(destination(), std::nullopt) << "voice does not say where to send, and no nomination did";
  EXPECT_EQ(from_peer(rtp_packet(7, 3), kElsewhere), std::nullopt);
  nominate();
  EXPECT_EQ(destination(), kPeer);
  EXPECT_EQ(destination_of(receiver_report(9)), kPeer);
  EXPECT_EQ(ice().nominations, 1u);
}

TEST_F(IceTest, ListensToChecksOnTheRtpPortOnly) {
  configure(clear_with_ice());
  EXPECT_EQ(feed(Side::a, test::make_check({.nominates = true}), kPeer, Protocol::rtcp), std::nullopt);
  check({});
  EXPECT_EQ(ice().answered, 1u);
  EXPECT_EQ(destination(), std::nullopt);
  EXPECT_EQ(feed(Side::a, receiver_report(7), kPeer, Protocol::rtcp), std::nullopt) << "RTCP shares the other port";
}

TEST_P(IceRoleTest, ShakesHandsAndPassesVoiceOnceNominated) {
  DtlsPeer peer({.role = other_end(GetParam())});
  configure(with_ice(leg(peer, GetParam())));
  peer.run();
  carry(peer);
  EXPECT_TRUE(sent_.empty());
  EXPECT_EQ(stats().state, DtlsState::waiting);
  nominate();
  peer.tick();
  shake(peer);
  ASSERT_EQ(stats().state, DtlsState::established);
  expect_voice(peer);
  EXPECT_EQ(destination(), kPeer);
}

TEST_F(IceTest, OurClientHelloWaitsForTheNominationAndGoesThere) {
  DtlsPeer peer({.role = DtlsRole::passive});
  configure(with_ice(leg(peer, DtlsRole::active)));
  work();
  check({}, kElsewhere);
  check({});
  EXPECT_TRUE(sent_.empty()) << "a lite agent has no valid pair before it is nominated";
  check({.nominates = true});
  ASSERT_EQ(sent_.size(), 1u);
  EXPECT_EQ(sent_[0].to, kPeer);
}

TEST_F(IceTest, OurClientHelloGoesToTheSignalledAddressOnceThereIsNoIceAnyMore) {
  DtlsPeer peer({.role = DtlsRole::passive});
  configure(with_ice(leg(peer, DtlsRole::active)));
  work();
  EXPECT_TRUE(sent_.empty());
  configure(leg(peer, DtlsRole::active));
  work();
  ASSERT_EQ(sent_.size(), 1u);
  EXPECT_EQ(sent_[0].to, kPeer);
}

TEST_F(IceTest, OurClientHelloToANewPeerWaitsForItsNominationAfterARestart) {
  DtlsPeer before;
  configure(with_ice(leg(before, DtlsRole::passive)));
  nominate();
  DtlsPeer peer({.role = DtlsRole::passive});
  configure(with_ice(leg(peer, DtlsRole::active), "-2"));
  work();
  EXPECT_TRUE(sent_.empty()) << "whoever is there may be another";
  check({.username = "ours-2:peer-2", .password = Check{}.password + "-2", .nominates = true});
  EXPECT_EQ(sent_.size(), 1u) << "though it is where it was";
}

TEST_F(IceTest, AnswersAClientHelloThatIsAheadOfTheNomination) {
  DtlsPeer peer;
  configure(with_ice(leg(peer, DtlsRole::passive)));
  check({});
  shake(peer);
  ASSERT_EQ(stats().state, DtlsState::established);
  EXPECT_EQ(from_peer(peer.protect(rtp_packet(7, 1))), rtp_packet(7, 1));
  EXPECT_EQ(destination(), std::nullopt);
  nominate();
  expect_voice(peer);
}

TEST_P(IceRoleTest, AHandshakeGoesOnWhereThePeerNominatesNext) {
  DtlsPeer peer({.role = other_end(GetParam())});
  configure(with_ice(leg(peer, GetParam())));
  nominate();
  peer.run();
  for (const Bytes& datagram : std::exchange(peer.out, {})) from_peer(datagram);
  work();
  ASSERT_FALSE(sent_.empty());
  for (const Sent& sent : std::exchange(sent_, {})) peer.run(sent.datagram);
  nominate(kElsewhere);
  shake(peer, kElsewhere);
  ASSERT_EQ(stats().state, DtlsState::established);
  EXPECT_EQ(stats().handshakes, 1u);
  EXPECT_EQ(stats().failures, 0u);
  EXPECT_EQ(destination(), kElsewhere);
}

TEST_F(IceTest, DoesNoHandshakeWithWhoMadeNoCheck) {
  DtlsPeer peer;
  DtlsPeer stranger;
  stranger.run();
  from_peer(stranger.out.front(), kStranger);  // before signalling, when one is kept
  configure(with_ice(leg(peer, DtlsRole::passive)));
  work();
  from_peer(stranger.out.front(), kStranger);
  nominate();
  from_peer(stranger.out.front(), kStranger);
  work();
  EXPECT_TRUE(sent_.empty());
  shake(peer);
  ASSERT_EQ(stats().state, DtlsState::established);
  EXPECT_EQ(from_peer(peer.protect(rtp_packet(7, 1)), kStranger), std::nullopt) << "authentic, but from nowhere";
  EXPECT_EQ(leg_stats().rtp.rx_wrong_source, 1u);
}

TEST_F(IceTest, VoiceMovesByNominationAndNotByAnAuthenticPacket) {
  DtlsPeer peer;
  configure(with_ice(leg(peer, DtlsRole::passive)));
  nominate();
  shake(peer);
  check({}, kElsewhere);
  EXPECT_EQ(from_peer(peer.protect(rtp_packet(7, 1)), kElsewhere), rtp_packet(7, 1));
  EXPECT_EQ(destination(), kPeer);
  const std::uint64_t before = leg_stats().moved;
  nominate(kElsewhere);
  EXPECT_EQ(destination(), kElsewhere);
  EXPECT_EQ(leg_stats().moved, before + 1);
  nominate(kPeer);
  EXPECT_EQ(destination(), kPeer);
  EXPECT_EQ(ice().nominations, 3u);
}

TEST_F(IceTest, ARestartValidatesAnewAndSendsOnUntilTheNextNomination) {
  DtlsPeer peer;
  configure(with_ice(leg(peer, DtlsRole::passive)));
  nominate();
  shake(peer);
  expect_voice(peer);
  configure(with_ice(leg(peer, DtlsRole::passive), "-2"));
  EXPECT_EQ(ice().state, IceState::waiting);
  expect_voice(peer, 101);
  EXPECT_EQ(destination(), kPeer);
  const auto old = check({.nominates = true}, kElsewhere);
  ASSERT_TRUE(old);
  EXPECT_EQ(old->error, 401u) << "by the credentials before";
  const Check renewed{.username = "ours-2:peer-2", .password = Check{}.password + "-2", .nominates = true};
  EXPECT_TRUE(check(renewed, kElsewhere)->is_success);
  EXPECT_EQ(destination(), kElsewhere);
  EXPECT_EQ(from_peer(peer.protect(rtp_packet(7, 102))), std::nullopt) << "from where it was before";
  EXPECT_EQ(from_peer(peer.protect(rtp_packet(7, 103)), kElsewhere), rtp_packet(7, 103));
  EXPECT_EQ(stats().handshakes, 1u) << "the association goes on (RFC 8842 §6)";
}

TEST_F(IceTest, TheSameDescriptionGoesOnWithWhatChecksHaveFound) {
  configure(clear_with_ice());
  nominate();
  check({}, kElsewhere);
  configure(clear_with_ice());
  EXPECT_EQ(ice().state, IceState::nominated);
  EXPECT_EQ(destination(), kPeer);
  EXPECT_EQ(from_peer(rtp_packet(7, 1), kElsewhere), rtp_packet(7, 1));
}

TEST_F(IceTest, GoesToALegWithoutIceAndBack) {
  configure(clear_with_ice());
  nominate();
  LegMedia plain;
  plain.remote_rtp = kElsewhere;
  plain.rtcp_mux = true;
  configure(std::move(plain));
  EXPECT_FALSE(leg_stats().ice);
  EXPECT_EQ(destination(), kElsewhere);
  EXPECT_EQ(from_peer(rtp_packet(7, 1)), std::nullopt);
  EXPECT_EQ(from_peer(test::make_check({}), kElsewhere), std::nullopt);
  work();
  EXPECT_TRUE(answers_.empty());
  configure(clear_with_ice());
  EXPECT_EQ(destination(), std::nullopt);
  EXPECT_EQ(from_peer(rtp_packet(7, 2), kElsewhere), std::nullopt);
}

TEST_F(IceTest, RefusesEachKindOfBadCheckAndSaysWhy) {
  configure(clear_with_ice());
  const auto refused = [&](const Check& bad) {
    now_ += base::Millis{100};
    const auto answer = check(bad);
    EXPECT_TRUE(answer && !answer->is_success && answer->has_fingerprint);
    return answer ? answer->error : 0;
  };
  EXPECT_EQ(refused({.has_username = false}), 400u);
  EXPECT_EQ(refused({.has_integrity = false}), 400u);
  EXPECT_EQ(refused({.password = "their-password-22-octets"}), 401u);
  EXPECT_EQ(refused({.username = "ours:someone"}), 401u);
  EXPECT_EQ(refused({.username = "ours"}), 401u);
  EXPECT_EQ(refused({.username = "peer:ours"}), 401u);
  EXPECT_EQ(refused({.username = {}}), 401u);
  EXPECT_EQ(refused({.is_controlled = true}), 487u);
  EXPECT_EQ(refused({.more = {{0x7ffe, {1, 2, 3}}}}), 420u);
  EXPECT_EQ(ice().malformed, 2u);
  EXPECT_EQ(ice().wrong_credentials, 5u);
  EXPECT_EQ(ice().role_conflicts, 1u);
  EXPECT_EQ(ice().unknown_attributes, 1u);
  EXPECT_EQ(ice().state, IceState::waiting);
  EXPECT_EQ(from_peer(rtp_packet(7, 1)), std::nullopt);
}

TEST_F(IceTest, NamesTheAttributesItDoesNotUnderstandUnderItsSignature) {
  configure(clear_with_ice());
  Check check_with{.more = {{0x7ffe, {1}}, {0xc057, {0, 10, 0, 0}}, {0x0100, {}}}};
  auto answer = check(check_with);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->unknown, (std::vector<std::uint16_t>{0x7ffe, 0x0100}));
  EXPECT_EQ(answer->is_signed, true);
  for (std::uint16_t type = 0x7000; type < 0x7030; ++type) check_with.more.emplace_back(type, Bytes{});
  answer = check(check_with);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->unknown.size(), StunMessage::kMostUnknown);
}

TEST_F(IceTest, SwallowsIndicationsAndAnswersThatNobodyAskedFor) {
  configure(clear_with_ice());
  for (const std::uint16_t type : std::to_array<std::uint16_t>({0x0011, 0x0101, 0x0111})) {
    EXPECT_FALSE(check({.nominates = true, .type = type}));
  }
  EXPECT_EQ(ice(), IceStats{});
}

TEST_F(IceTest, IsNoAmplifierForAStranger) {
  configure(clear_with_ice());
  // The smallest request there is: any refusal would be larger.
  Bytes bare = test::make_check({.has_username = false, .has_integrity = false, .has_fingerprint = false});
  bare.resize(20);
  bare[3] = 0;
  EXPECT_FALSE(answer_to(bare, kStranger));
  for (const Check& bad : {Check{.has_username = false, .has_integrity = false}, Check{.password = "wrong"}}) {
    now_ += base::Millis{100};
    const Bytes asked = test::make_check(bad);
    from_peer(asked, kStranger);
    work();
    ASSERT_EQ(answers_.size(), 1u);
    EXPECT_LE(answers_[0].datagram.size(), asked.size());
    EXPECT_EQ(test::read_answer(answers_[0].datagram, Check{}.password)->is_signed, std::nullopt);
    answers_.clear();
  }
}

TEST_F(IceTest, AFloodOfBadChecksGetsTenAnswersASecondAndDoesNotShutOutThePeer) {
  configure(clear_with_ice());
  std::size_t to_stranger = 0;
  std::size_t to_peer = 0;
  for (int i = 0; i < 1'000; ++i) {
    for (int many = 0; many < 10; ++many) from_peer(test::make_check({.password = "wrong"}), kStranger);
    if (i % 100 == 0) from_peer(test::make_check({.nominates = true}));
    work();
    for (const Sent& sent : std::exchange(answers_, {})) ++(sent.to == kStranger ? to_stranger : to_peer);
    now_ += base::Millis{1};
  }
  EXPECT_EQ(to_stranger, 10u);
  EXPECT_EQ(to_peer, 10u);
  EXPECT_EQ(ice().wrong_credentials, 10'000u);
  EXPECT_EQ(destination(), kPeer);
}

TEST_F(IceTest, AnswersOnlySoManyChecksBetweenTwoRounds) {
  configure(clear_with_ice());
  for (std::uint16_t port = 1; port <= 100; ++port) from_peer(test::make_check({}), kPeer.with_port(port));
  work();
  EXPECT_EQ(answers_.size(), ice().answered);
  EXPECT_LT(answers_.size(), 10u);
  EXPECT_EQ(ice().answered + ice().lost, 100u);
  EXPECT_EQ(from_peer(rtp_packet(7, 1), kPeer.with_port(100)), std::nullopt)
      << "it got no answer, so it does not count";
  answers_.clear();
  EXPECT_TRUE(check({}, kPeer.with_port(100))->is_success);
}

TEST_F(IceTest, WithoutAPlaceToAnswerFromTheLegIsClosed) {
  auto counters = std::make_shared<SessionCounters>();
  Session session(counters);
  session.configure(Side::a, clear_with_ice());
  LegMedia clear;
  clear.remote_rtp = kClear;
  session.configure(Side::b, std::move(clear));
  for (const Bytes& packet : {test::make_check({.nominates = true}), rtp_packet(7, 1)}) {
    Bytes buffer = packet;
    buffer.resize(2048);
    EXPECT_FALSE(session.relay(Side::a, Protocol::rtp, buffer, packet.size(), kPeer, now_));
  }
  EXPECT_EQ(counters->a.rtp.rx_wrong_source.read(), 2u);
}

}  // namespace
}  // namespace cadenas::media
