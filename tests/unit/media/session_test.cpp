#include "media/session.hpp"

#include <memory>
#include <optional>

#include <gtest/gtest.h>

#include "packets.hpp"

namespace cadenas::media {
namespace {

using base::Bytes;
using base::Endpoint;
using test::params;
using test::receiver_report;
using test::rtp_packet;

constexpr Suite k128 = Suite::aes_cm_128_hmac_sha1_80;
constexpr Suite k256 = Suite::aes_256_cm_hmac_sha1_80;
constexpr Suite kGcm = Suite::aead_aes_256_gcm;

Endpoint at(const char* address, std::uint16_t port) {
  return Endpoint::parse(address, port).value();
}
const Endpoint kPhoneA = at("192.0.2.10", 4000);
const Endpoint kPhoneB = at("192.0.2.20", 5000);
const Endpoint kAttacker = at("203.0.113.66", 666);

Bytes srtp(SrtpSender& sender, Bytes packet) {
  std::size_t octets = packet.size();
  packet.resize(octets + sender.overhead());
  EXPECT_EQ(sender.protect(packet, octets), SrtpStatus::ok);
  return packet;
}
Bytes srtcp(SrtcpSender& sender, Bytes packet) {
  std::size_t octets = packet.size();
  packet.resize(octets + 20);
  EXPECT_EQ(sender.protect(packet, octets), SrtpStatus::ok);
  packet.resize(octets);
  return packet;
}

LegMedia clear_leg(const Endpoint& remote) {
  LegMedia leg;
  leg.remote_rtp = remote;
  return leg;
}
LegMedia srtp_leg(const Endpoint& remote, SrtpParams receive, SrtpParams send) {
  LegMedia leg;
  leg.remote_rtp = remote;
  leg.receive = std::move(receive);
  leg.send = std::move(send);
  leg.srtp_only = true;
  return leg;
}

class SessionTest : public testing::Test {
 protected:
  struct Delivered {
    Departure how;
    Bytes packet;
  };
  /// Feeds one packet and takes what would leave.
  std::optional<Delivered> feed(Side from, const Bytes& packet, const Endpoint& source, Protocol port = Protocol::rtp) {
    Bytes buffer = packet;
    buffer.resize(2048);
    const auto out = session_.relay(from, port, buffer, packet.size(), source, base::SteadyTime{base::Millis{5}});
    if (!out) return std::nullopt;
    session_.sent(*out, true);
    buffer.resize(out->octets);
    return Delivered{*out, buffer};
  }
  std::optional<Delivered> from_a(const Bytes& packet) { return feed(Side::a, packet, kPhoneA); }
  std::optional<Delivered> from_b(const Bytes& packet) { return feed(Side::b, packet, kPhoneB); }
  SessionStats stats() const { return counters_->read(); }

  std::shared_ptr<SessionCounters> counters_ = std::make_shared<SessionCounters>();
  Session session_{counters_};
};

TEST_F(SessionTest, RelaysClearToClear) {
  session_.configure(Side::a, clear_leg(kPhoneA));
  session_.configure(Side::b, clear_leg(kPhoneB));
  const Bytes packet = rtp_packet(7, 1);
  const auto out = from_a(packet);
  ASSERT_TRUE(out);
  EXPECT_EQ(out->packet, packet);
  EXPECT_EQ(out->how.destination, kPhoneB);
  EXPECT_FALSE(out->how.is_encrypted);
  EXPECT_EQ(stats().a.rtp.rx_clear, 1u);
  EXPECT_EQ(stats().a.rtp.rx_clear_octets, 172u);
  EXPECT_EQ(stats().b.rtp.tx_clear, 1u);
  EXPECT_EQ(stats().a.receive_ssrc, 7u);
  EXPECT_EQ(stats().a.last_packet, base::SteadyTime{base::Millis{5}});
  EXPECT_FALSE(stats().a.receives_encrypted());
}

TEST_F(SessionTest, TranscryptsSrtpToClearAndBack) {
  // ENC-2: the board decrypts towards a clear leg and encrypts from it.
  session_.configure(Side::a, srtp_leg(kPhoneA, params(k256, 1), params(k256, 2)));
  session_.configure(Side::b, clear_leg(kPhoneB));
  SrtpSender phone_tx(params(k256, 1));
  SrtpReceiver phone_rx(params(k256, 2));

  const auto to_b = from_a(srtp(phone_tx, rtp_packet(7, 1)));
  ASSERT_TRUE(to_b);
  EXPECT_EQ(to_b->packet, rtp_packet(7, 1));

  auto to_a = from_b(rtp_packet(8, 2));
  ASSERT_TRUE(to_a);
  EXPECT_EQ(to_a->how.destination, kPhoneA);
  EXPECT_EQ(phone_rx.open(to_a->packet, Opening::decrypt).status, SrtpStatus::ok);
  to_a->packet.resize(172);
  EXPECT_EQ(to_a->packet, rtp_packet(8, 2));

  EXPECT_TRUE(stats().a.receives_encrypted());
  EXPECT_TRUE(stats().a.sends_encrypted());
  EXPECT_FALSE(stats().b.receives_encrypted());
  EXPECT_EQ(stats().a.receive_suite, k256);
  EXPECT_EQ(stats().b.receive_suite, std::nullopt);
}

TEST_F(SessionTest, EncryptsAnewBetweenLegsOfDifferentSuites) {
  session_.configure(Side::a, srtp_leg(kPhoneA, params(k256, 1), params(k256, 2)));
  session_.configure(
      Side::b, srtp_leg(kPhoneB, params(Suite::aes_cm_128_hmac_sha1_32, 3), params(Suite::aes_cm_128_hmac_sha1_32, 4)));
  SrtpSender phone_a(params(k256, 1));
  SrtpReceiver phone_b(params(Suite::aes_cm_128_hmac_sha1_32, 4));
  auto out = from_a(srtp(phone_a, rtp_packet(7, 1)));
  ASSERT_TRUE(out);
  EXPECT_EQ(phone_b.open(out->packet, Opening::decrypt).status, SrtpStatus::ok);
  EXPECT_EQ(stats().passed_through, 0u);
}

TEST_F(SessionTest, PassesThroughWhenLegsShareKeysButStillAuthenticates) {
  session_.configure(Side::a, srtp_leg(kPhoneA, params(k128, 1), params(k128, 2)));
  session_.configure(Side::b, srtp_leg(kPhoneB, params(k128, 2), params(k128, 1)));
  SrtpSender phone_a(params(k128, 1));
  SrtpSender forger(params(k128, 9));
  const Bytes sent = srtp(phone_a, rtp_packet(7, 1));
  const auto out = from_a(sent);
  ASSERT_TRUE(out);
  EXPECT_EQ(out->packet, sent);
  EXPECT_TRUE(out->how.is_encrypted);
  EXPECT_FALSE(from_a(sent)) << "replay";
  EXPECT_FALSE(from_a(srtp(forger, rtp_packet(7, 2, 50))));
  EXPECT_EQ(stats().passed_through, 1u);
  EXPECT_EQ(stats().a.rtp.rx_replayed, 1u);
  EXPECT_EQ(stats().a.rtp.rx_auth_failed, 1u);
  EXPECT_EQ(stats().b.rtp.tx_encrypted, 1u);
}

TEST_F(SessionTest, SignsAgainWhenAPassedThroughPacketGetsAnotherPayloadType) {
  LegMedia a = srtp_leg(kPhoneA, params(k128, 1), params(k128, 2));
  a.payload_types.set(101, 96);
  session_.configure(Side::a, std::move(a));
  session_.configure(Side::b, srtp_leg(kPhoneB, params(k128, 2), params(k128, 1)));
  SrtpSender phone_a(params(k128, 1));
  SrtpReceiver phone_b(params(k128, 1));
  std::uint16_t sequence = 65'530;
  for (int i = 0; i < 20; ++i, ++sequence) {
    auto out = from_a(srtp(phone_a, rtp_packet(7, sequence, 4, 101)));
    ASSERT_TRUE(out);
    ASSERT_EQ(phone_b.open(out->packet, Opening::decrypt).status, SrtpStatus::ok);
    out->packet.resize(16);
    EXPECT_EQ(out->packet, rtp_packet(7, sequence, 4, 96));
  }
}

TEST_F(SessionTest, PassesGcmThroughAsItIsAndDropsWhatItWouldHaveToRenumber) {
  // RFC 7714 §10: another header under the same nonce would give the authentication key away.
  LegMedia a = srtp_leg(kPhoneA, params(kGcm, 1), params(kGcm, 2));
  a.payload_types.set(101, 96);
  session_.configure(Side::a, std::move(a));
  session_.configure(Side::b, srtp_leg(kPhoneB, params(kGcm, 2), params(kGcm, 1)));
  SrtpSender phone_a(params(kGcm, 1));
  SrtcpSender phone_a_rtcp(params(kGcm, 1));
  const Bytes voice = srtp(phone_a, rtp_packet(7, 1));
  EXPECT_EQ(from_a(voice)->packet, voice);
  EXPECT_FALSE(from_a(srtp(phone_a, rtp_packet(7, 2, 4, 101))));
  EXPECT_EQ(stats().b.rtp.tx_errors, 1u);
  const Bytes report = srtcp(phone_a_rtcp, receiver_report(7));
  EXPECT_EQ(feed(Side::a, report, kPhoneA.with_port(4001), Protocol::rtcp)->packet, report);
  EXPECT_EQ(stats().passed_through, 2u);
  EXPECT_FALSE(from_a(voice)) << "replay";
}

TEST_F(SessionTest, RenumbersGcmPacketsBetweenLegsWithKeysOfTheirOwn) {
  LegMedia a = srtp_leg(kPhoneA, params(kGcm, 1), params(kGcm, 2));
  a.payload_types.set(101, 96);
  session_.configure(Side::a, std::move(a));
  session_.configure(Side::b, srtp_leg(kPhoneB, params(kGcm, 3), params(kGcm, 4)));
  SrtpSender phone_a(params(kGcm, 1));
  SrtpReceiver phone_b(params(kGcm, 4));
  auto out = from_a(srtp(phone_a, rtp_packet(7, 1, 4, 101)));
  ASSERT_TRUE(out);
  ASSERT_EQ(phone_b.open(out->packet, Opening::decrypt).status, SrtpStatus::ok);
  out->packet.resize(16);
  EXPECT_EQ(out->packet, rtp_packet(7, 1, 4, 96));
}

TEST_F(SessionTest, GivesSilenceAndACountForAWrongKeyNeverNoise) {
  session_.configure(Side::a, srtp_leg(kPhoneA, params(k128, 1), params(k128, 2)));
  session_.configure(Side::b, clear_leg(kPhoneB));
  SrtpSender wrong(params(k128, 3));
  for (std::uint16_t s = 0; s < 50; ++s) EXPECT_FALSE(from_a(srtp(wrong, rtp_packet(7, s))));
  EXPECT_EQ(stats().a.rtp.rx_auth_failed, 50u);
  EXPECT_EQ(stats().a.rtp.rx_authenticated, 0u);
  EXPECT_EQ(stats().b.rtp.tx_clear, 0u);
  EXPECT_FALSE(stats().a.receives_encrypted());
}

TEST_F(SessionTest, RefusesClearRtpOnAnSrtpLegUnderItsOwnName) {
  session_.configure(Side::a, srtp_leg(kPhoneA, params(k128, 1), params(k128, 2)));
  session_.configure(Side::b, clear_leg(kPhoneB));
  EXPECT_FALSE(from_a(rtp_packet(7, 1, 160, 8)));
  EXPECT_FALSE(feed(Side::a, receiver_report(7), kPhoneA, Protocol::rtcp));
  EXPECT_EQ(stats().a.rtp.rx_clear_refused, 1u);
  EXPECT_EQ(stats().a.rtcp.rx_clear_refused, 1u);
  EXPECT_EQ(stats().a.rtp.rx_auth_failed, 0u);
}

TEST_F(SessionTest, LetsNothingOfAnSrtpOnlyLegThroughBeforeItsKeysAreKnown) {
  LegMedia closed = clear_leg(kPhoneA);
  closed.srtp_only = true;
  session_.configure(Side::a, std::move(closed));
  session_.configure(Side::b, clear_leg(kPhoneB));
  EXPECT_FALSE(from_a(rtp_packet(7, 1)));
  EXPECT_FALSE(from_b(rtp_packet(8, 1)));
  EXPECT_EQ(stats().a.rtp.rx_clear_refused, 1u);
  EXPECT_EQ(stats().b.rtp.rx_not_forwarded, 1u);
  EXPECT_EQ(stats().a.rtp.tx_clear, 0u);
}

TEST_F(SessionTest, CountsAndDropsWhatComesBeforeSignalling) {
  EXPECT_FALSE(from_a(rtp_packet(7, 1)));
  EXPECT_EQ(stats().a.rtp.rx_early, 1u);
  EXPECT_FALSE(stats().a.configured);
  session_.configure(Side::a, clear_leg(kPhoneA));
  EXPECT_FALSE(from_a(rtp_packet(7, 2)));
  EXPECT_EQ(stats().a.rtp.rx_not_forwarded, 1u);
}

TEST_F(SessionTest, CountsGarbage) {
  session_.configure(Side::a, srtp_leg(kPhoneA, params(k128, 1), params(k128, 2)));
  session_.configure(Side::b, clear_leg(kPhoneB));
  for (const Bytes& garbage : {Bytes{}, Bytes(3, 0xff), Bytes(500, 0), Bytes(12, 0x80)}) {
    EXPECT_FALSE(from_a(garbage));
    EXPECT_FALSE(from_b(Bytes(garbage.begin(), garbage.begin() + static_cast<std::ptrdiff_t>(garbage.size() / 2))));
  }
  EXPECT_EQ(stats().a.rtp.rx_malformed, 4u);
  EXPECT_EQ(stats().b.rtp.rx_malformed, 4u);
}

TEST_F(SessionTest, KeepsTheVoiceFromAnAttackerWhoCannotAuthenticate) {
  session_.configure(Side::a, srtp_leg(kPhoneA, params(k128, 1), params(k128, 2)));
  session_.configure(Side::b, clear_leg(kPhoneB));
  SrtpSender phone(params(k128, 1));
  SrtpSender forger(params(k128, 9));
  const Bytes seen = srtp(phone, rtp_packet(7, 1));
  ASSERT_TRUE(from_a(seen));
  EXPECT_FALSE(feed(Side::a, srtp(forger, rtp_packet(7, 2)), kAttacker));
  EXPECT_FALSE(feed(Side::a, seen, kAttacker)) << "a replay does not move it either";
  EXPECT_EQ(from_b(rtp_packet(8, 1))->how.destination, kPhoneA);
  EXPECT_EQ(stats().a.moved, 0u);

  const Endpoint rebound = at("198.51.100.1", 7777);
  ASSERT_TRUE(feed(Side::a, srtp(phone, rtp_packet(7, 3)), rebound));
  EXPECT_EQ(from_b(rtp_packet(8, 2))->how.destination, rebound);
  EXPECT_EQ(stats().a.moved, 1u);
}

TEST_F(SessionTest, IsNotMovedByALatePacketHeldBackOnTheWay) {
  session_.configure(Side::a, srtp_leg(kPhoneA, params(k128, 1), params(k128, 2)));
  session_.configure(Side::b, clear_leg(kPhoneB));
  SrtpSender phone(params(k128, 1));
  const Bytes captured = srtp(phone, rtp_packet(7, 1));
  ASSERT_TRUE(from_a(srtp(phone, rtp_packet(7, 2))));
  ASSERT_TRUE(feed(Side::a, captured, kAttacker)) << "genuine voice, if late";
  EXPECT_EQ(from_b(rtp_packet(8, 1))->how.destination, kPhoneA);
}

TEST_F(SessionTest, DropsASecondSourceOnAClearLeg) {
  session_.configure(Side::a, clear_leg(kPhoneA));
  session_.configure(Side::b, clear_leg(kPhoneB));
  ASSERT_TRUE(from_a(rtp_packet(7, 1)));
  EXPECT_FALSE(feed(Side::a, rtp_packet(9, 1), kAttacker));
  EXPECT_EQ(stats().a.rtp.rx_wrong_source, 1u);
  EXPECT_EQ(from_b(rtp_packet(8, 1))->how.destination, kPhoneA);
}

TEST_F(SessionTest, HoldsRtpButNotRtcp) {
  LegMedia held = clear_leg(kPhoneA);
  held.direction = Direction::send_only;
  session_.configure(Side::a, std::move(held));
  session_.configure(Side::b, clear_leg(kPhoneB));
  EXPECT_FALSE(from_a(rtp_packet(7, 1)));
  EXPECT_TRUE(from_b(rtp_packet(8, 1)));
  EXPECT_TRUE(feed(Side::a, receiver_report(7), kPhoneA.with_port(4001), Protocol::rtcp));
  EXPECT_EQ(stats().a.rtp.rx_not_forwarded, 1u);

  LegMedia inactive = clear_leg(kPhoneA);
  inactive.direction = Direction::inactive;
  session_.configure(Side::a, std::move(inactive));
  EXPECT_FALSE(from_b(rtp_packet(8, 2)));
}

TEST_F(SessionTest, RenumbersTelephoneEventsBetweenLegs) {
  // RFC 4733 §2.4: each side's SDP chooses its own number.
  LegMedia a = srtp_leg(kPhoneA, params(k128, 1), params(k128, 2));
  a.payload_types.set(101, 96);
  session_.configure(Side::a, std::move(a));
  session_.configure(Side::b, clear_leg(kPhoneB));
  SrtpSender phone(params(k128, 1));
  Bytes event = rtp_packet(7, 1, 4, 101);
  event[1] |= 0x80;
  const auto out = from_a(srtp(phone, event));
  ASSERT_TRUE(out);
  EXPECT_EQ(out->packet[1], 0x80 | 96);
  EXPECT_EQ(from_a(srtp(phone, rtp_packet(7, 2)))->packet[1], 0);
}

TEST_F(SessionTest, CarriesRtcpBetweenASharedPortAndAPair) {
  LegMedia a = srtp_leg(kPhoneA, params(k128, 1), params(k128, 2));
  a.rtcp_mux = true;
  session_.configure(Side::a, std::move(a));
  session_.configure(Side::b, clear_leg(kPhoneB));
  SrtcpSender phone_tx(params(k128, 1));
  SrtcpReceiver phone_rx(params(k128, 2));
  const auto to_b = feed(Side::a, srtcp(phone_tx, receiver_report(7)), kPhoneA);
  ASSERT_TRUE(to_b);
  EXPECT_EQ(to_b->packet, receiver_report(7));
  EXPECT_EQ(to_b->how.protocol, Protocol::rtcp);
  EXPECT_EQ(to_b->how.destination, kPhoneB.with_port(5001));
  auto to_a = feed(Side::b, receiver_report(8), kPhoneB.with_port(5001), Protocol::rtcp);
  ASSERT_TRUE(to_a);
  EXPECT_EQ(to_a->how.protocol, Protocol::rtp);
  EXPECT_EQ(to_a->how.destination, kPhoneA);
  EXPECT_EQ(phone_rx.open(to_a->packet, Opening::decrypt).status, SrtpStatus::ok);
  EXPECT_EQ(stats().a.rtcp.rx_authenticated, 1u);
  EXPECT_EQ(stats().a.rtcp.tx_encrypted, 1u);
  EXPECT_EQ(stats().a.rtp.rx_authenticated, 0u);
}

TEST_F(SessionTest, RekeysInMidStreamWithoutLosingAPacketInFlight) {
  // RFC 4568 §7.1.4: what is under way under the old key is good until the first packet under the new one.
  session_.configure(Side::b, clear_leg(kPhoneB));
  session_.configure(Side::a, srtp_leg(kPhoneA, params(k128, 1), params(k128, 2)));
  std::optional<SrtpSender> phone(std::in_place, params(k128, 1));
  std::uint16_t sequence = 65'500;  // over the wrap: the new key begins with rollover counter 0
  std::uint8_t seed = 1;
  std::uint64_t sent = 0;
  const auto talk = [&](SrtpSender& sender) {
    // In pairs that overtake each other on the way.
    const Bytes first = srtp(sender, rtp_packet(7, sequence));
    const Bytes second = srtp(sender, rtp_packet(7, static_cast<std::uint16_t>(sequence + 1)));
    EXPECT_EQ(from_a(second)->packet, rtp_packet(7, static_cast<std::uint16_t>(sequence + 1)));
    EXPECT_EQ(from_a(first)->packet, rtp_packet(7, sequence));
    sequence = static_cast<std::uint16_t>(sequence + 2);
    sent += 2;
  };
  for (const Suite suite : {k256, kGcm, kGcm, Suite::aead_aes_128_gcm, k128, k128}) {
    for (int i = 0; i < 20; ++i) talk(*phone);
    seed = static_cast<std::uint8_t>(seed + 2);
    const auto ours = static_cast<std::uint8_t>(seed + 1);
    session_.configure(Side::a, srtp_leg(kPhoneA, params(suite, seed), params(suite, ours)));
    for (int i = 0; i < 20; ++i) talk(*phone);
    SrtpSender before = std::move(*phone);
    talk(phone.emplace(params(suite, seed)));
    EXPECT_EQ(stats().a.rtp.rx_auth_failed, sent / 100) << "none but those below, of the changes before";
    EXPECT_FALSE(from_a(srtp(before, rtp_packet(7, sequence)))) << "the old key is gone";
    for (int i = 0; i < 9; ++i) talk(*phone);
    SrtpReceiver phone_rx(params(suite, ours));
    EXPECT_EQ(phone_rx.open(from_b(rtp_packet(8, sequence))->packet, Opening::decrypt).status, SrtpStatus::ok);
    EXPECT_EQ(stats().a.receive_suite, suite);
    EXPECT_EQ(stats().b.rtp.tx_clear, sent) << "not one packet was lost";
  }
  EXPECT_EQ(stats().a.rtp.rx_authenticated, sent);
  EXPECT_EQ(stats().a.rtp.rx_replayed, 0u);
}

TEST_F(SessionTest, TakesTheMkiOffWhateverTheOtherLegIs) {  // RFC 3711 §3.1
  const auto named = [](const char* mki) {
    SrtpParams key = params(k128, 1);
    key.mki = base::from_hex(mki).value();
    return key;
  };
  const auto with = [](Bytes packet, std::size_t tag, const char* mki) {
    const Bytes octets = base::from_hex(mki).value();
    packet.insert(packet.end() - static_cast<std::ptrdiff_t>(tag), octets.begin(), octets.end());
    return packet;
  };
  session_.configure(Side::a, srtp_leg(kPhoneA, named("0001"), params(k128, 2)));
  session_.configure(Side::b, clear_leg(kPhoneB));
  SrtpSender phone(params(k128, 1));
  SrtcpSender phone_rtcp(params(k128, 1));
  EXPECT_EQ(from_a(with(srtp(phone, rtp_packet(7, 1)), 10, "0001"))->packet, rtp_packet(7, 1));
  const auto report = with(srtcp(phone_rtcp, receiver_report(7)), 10, "0001");
  EXPECT_EQ(feed(Side::a, report, kPhoneA, Protocol::rtcp)->packet, receiver_report(7));
  EXPECT_FALSE(from_a(with(srtp(phone, rtp_packet(7, 2)), 10, "0002")));
  EXPECT_EQ(stats().a.rtp.rx_auth_failed, 1u);

  // Another name for the same key: what was seen stays seen.
  session_.configure(Side::a, srtp_leg(kPhoneA, named("02"), params(k128, 2)));
  SrtpSender again(params(k128, 1));
  EXPECT_FALSE(from_a(with(srtp(again, rtp_packet(7, 1)), 10, "02")));
  EXPECT_EQ(stats().a.rtp.rx_replayed, 1u);
  EXPECT_TRUE(from_a(with(srtp(again, rtp_packet(7, 3)), 10, "02")));

  // Shared keys: the packet goes on as it is, without a name the other leg never agreed to.
  session_.configure(Side::b, srtp_leg(kPhoneB, params(k128, 4), params(k128, 1)));
  const Bytes fourth = srtp(again, rtp_packet(7, 4));
  EXPECT_EQ(from_a(with(fourth, 10, "02"))->packet, fourth);
}

TEST_F(SessionTest, KeepsBothRolloverCountersAcrossAReInvite) {
  session_.configure(Side::a, srtp_leg(kPhoneA, params(k128, 1), params(k128, 2)));
  session_.configure(Side::b, clear_leg(kPhoneB));
  SrtpSender phone_tx(params(k128, 1));
  SrtpReceiver phone_rx(params(k128, 2));
  std::uint16_t sequence = 65'000;
  for (int i = 0; i < 140'000; ++i, ++sequence) {
    if (i % 35'000 == 34'999) session_.configure(Side::a, srtp_leg(kPhoneA, params(k128, 1), params(k128, 2)));
    ASSERT_TRUE(from_a(srtp(phone_tx, rtp_packet(7, sequence, 1)))) << i;
    auto out = from_b(rtp_packet(8, sequence, 1));
    ASSERT_TRUE(out);
    ASSERT_EQ(phone_rx.open(out->packet, Opening::decrypt).status, SrtpStatus::ok) << i;
  }
}

TEST_F(SessionTest, FollowsAChangeOfSsrc) {
  session_.configure(Side::a, srtp_leg(kPhoneA, params(k128, 1), params(k128, 2)));
  session_.configure(Side::b, srtp_leg(kPhoneB, params(k128, 3), params(k128, 4)));
  SrtpSender phone_a(params(k128, 1));
  SrtpReceiver phone_b(params(k128, 4));
  for (const std::uint32_t ssrc : {7u, 70u, 700u}) {
    auto out = from_a(srtp(phone_a, rtp_packet(ssrc, 60'000)));
    ASSERT_TRUE(out);
    EXPECT_EQ(phone_b.open(out->packet, Opening::decrypt).status, SrtpStatus::ok);
    EXPECT_EQ(stats().a.receive_ssrc, ssrc);
  }
}

TEST_F(SessionTest, NeverEncryptsUnderAKeyThatThePeerNumbers) {
  session_.configure(Side::a, srtp_leg(kPhoneA, params(k128, 1), params(k128, 2)));
  session_.configure(Side::b, srtp_leg(kPhoneB, params(k128, 2), params(k128, 1)));
  SrtpSender before(params(k128, 1));
  ASSERT_TRUE(from_a(srtp(before, rtp_packet(7, 1))));
  session_.configure(Side::a, srtp_leg(kPhoneA, params(k128, 5), params(k128, 2)));
  SrtpSender after(params(k128, 5));
  EXPECT_FALSE(from_a(srtp(after, rtp_packet(7, 2))));
  EXPECT_EQ(stats().b.rtp.tx_errors, 1u);
  session_.configure(Side::b, srtp_leg(kPhoneB, params(k128, 2), params(k128, 6)));
  EXPECT_TRUE(from_a(srtp(after, rtp_packet(7, 3))));
}

TEST_F(SessionTest, LetsGoOfAPacketInFlightWhenASharedKeyIsReplaced) {
  session_.configure(Side::a, srtp_leg(kPhoneA, params(k128, 1), params(k128, 2)));
  session_.configure(Side::b, srtp_leg(kPhoneB, params(k128, 2), params(k128, 1)));
  SrtpSender before(params(k128, 1));
  SrtpSender after(params(k128, 5));
  ASSERT_TRUE(from_a(srtp(before, rtp_packet(7, 1))));
  session_.configure(Side::a, srtp_leg(kPhoneA, params(k128, 5), params(k128, 2)));
  session_.configure(Side::b, srtp_leg(kPhoneB, params(k128, 2), params(k128, 5)));
  EXPECT_FALSE(from_a(srtp(before, rtp_packet(7, 2))));
  EXPECT_EQ(stats().a.rtp.rx_not_forwarded, 1u);
  const Bytes sent = srtp(after, rtp_packet(7, 3));
  EXPECT_EQ(from_a(sent)->packet, sent);
}

TEST_F(SessionTest, CountsWhatTheKernelDidNotTake) {
  session_.configure(Side::a, clear_leg(kPhoneA));
  session_.configure(Side::b, clear_leg(kPhoneB));
  Bytes buffer = rtp_packet(7, 1);
  const auto out = session_.relay(Side::a, Protocol::rtp, buffer, buffer.size(), kPhoneA, {});
  ASSERT_TRUE(out);
  session_.sent(*out, false);
  EXPECT_EQ(stats().b.rtp.tx_errors, 1u);
  EXPECT_EQ(stats().b.rtp.tx_clear, 0u);
}

TEST_F(SessionTest, SendsNothingToALegWithoutAnAddress) {
  session_.configure(Side::a, clear_leg(kPhoneA));
  session_.configure(Side::b, clear_leg({}));
  EXPECT_FALSE(from_a(rtp_packet(7, 1)));
  session_.configure(Side::b, clear_leg(kPhoneB.with_port(0)));
  EXPECT_FALSE(from_a(rtp_packet(7, 2)));
  EXPECT_EQ(stats().a.rtp.rx_not_forwarded, 2u);
}

}  // namespace
}  // namespace cadenas::media
