// RTCP of a DTLS leg on a port of its own: a second association with keys of its own (RFC 5764 §4.1).
#include <memory>
#include <optional>
#include <utility>

#include <gtest/gtest.h>

#include "dtls_session.hpp"

namespace cadenas::media {
namespace {

using base::Bytes;
using base::Endpoint;
using test::DtlsPeer;
using test::other_end;
using test::receiver_report;
using test::rtp_packet;

/// The peer has an OpenSSL object for each port, which here have a certificate each.
class DtlsRtcpTest : public test::DtlsSession, public testing::WithParamInterface<DtlsRole> {
 protected:
  static std::unique_ptr<DtlsPeer> make_peer() {
    return std::make_unique<DtlsPeer>(test::PeerSettings{.role = other_end(GetParam())});
  }
  LegMedia two_ports(DtlsRole own) const {
    LegMedia media = leg(*voice_, own);
    media.rtcp_mux = false;
    // One description for both: it names both certificates.
    media.dtls->peer.push_back(reports_->fingerprint());
    return media;
  }
  void shake_both() {
    shake(*voice_);
    shake(*reports_, kReports, Protocol::rtcp);
  }
  std::optional<Bytes> report_from_peer(const Bytes& packet, const Endpoint& source = kReports) {
    return feed(Side::a, packet, source, Protocol::rtcp);
  }
  /// How a report of the clear leg would leave by the other.
  std::optional<Departure> depart(Bytes& packet) {
    const std::size_t octets = packet.size();
    packet.resize(2048);
    const auto out = session_.relay(Side::b, Protocol::rtp, packet, octets, kClear, now_);
    if (out) packet.resize(out->octets);
    return out;
  }
  void expect_reports(const Endpoint& peer) {
    EXPECT_EQ(report_from_peer(reports_->protect(receiver_report(7)), peer), receiver_report(7));
    Bytes report = receiver_report(9);
    const auto out = depart(report);
    ASSERT_TRUE(out);
    EXPECT_EQ(out->destination, peer);
    EXPECT_EQ(out->protocol, Protocol::rtcp);
    EXPECT_TRUE(out->is_encrypted);
    EXPECT_EQ(reports_->unprotect(report), receiver_report(9));
  }
  void expect_voice_only(std::uint16_t sequence) {
    EXPECT_EQ(from_peer(voice_->protect(rtp_packet(7, sequence))), rtp_packet(7, sequence));
    const auto sealed = from_clear(rtp_packet(9, sequence));
    ASSERT_TRUE(sealed);
    EXPECT_EQ(voice_->unprotect(*sealed), rtp_packet(9, sequence));
  }

  static inline const Endpoint kReports = at("192.0.2.10", 4001);
  std::unique_ptr<DtlsPeer> voice_ = make_peer();
  std::unique_ptr<DtlsPeer> reports_ = make_peer();
};
INSTANTIATE_TEST_SUITE_P(BothRoles, DtlsRtcpTest, testing::Values(DtlsRole::active, DtlsRole::passive),
                         [](const auto& role) { return role.param == DtlsRole::active ? "active" : "passive"; });

TEST_P(DtlsRtcpTest, HasAnAssociationAndKeysOfItsOwn) {
  configure(two_ports(GetParam()));
  shake_both();
  ASSERT_EQ(stats(Protocol::rtp).state, DtlsState::established);
  ASSERT_EQ(stats(Protocol::rtcp).state, DtlsState::established);
  expect_voice_only(1);
  expect_reports(kReports);
  EXPECT_EQ(report_from_peer(voice_->protect(receiver_report(8))), std::nullopt) << "under the keys of voice";
  EXPECT_EQ(leg_stats().rtcp.rx_auth_failed, 1u);
  EXPECT_EQ(leg_stats().dtls->handshakes, 1u);
  EXPECT_EQ(leg_stats().rtcp_dtls->handshakes, 1u);
}

TEST_P(DtlsRtcpTest, IsClosedUntilItsOwnHandshakeIsDoneAndVoiceDoesNotWaitForIt) {
  configure(two_ports(GetParam()));
  shake(*voice_);
  expect_voice_only(1);
  EXPECT_EQ(report_from_peer(receiver_report(7)), std::nullopt);
  EXPECT_EQ(report_from_peer(voice_->protect(receiver_report(7))), std::nullopt);
  EXPECT_EQ(leg_stats().rtcp.rx_clear_refused, 1u);
  EXPECT_EQ(leg_stats().rtcp.rx_early, 1u);
  Bytes report = receiver_report(9);
  EXPECT_FALSE(depart(report));
  shake(*reports_, kReports, Protocol::rtcp);
  expect_reports(kReports);
}

TEST_P(DtlsRtcpTest, AFailureIsItsOwn) {
  LegMedia media = two_ports(GetParam());
  media.dtls->peer = {voice_->fingerprint()};
  configure(std::move(media));
  shake_both();
  EXPECT_EQ(leg_stats().rtcp_dtls->state, DtlsState::failed);
  EXPECT_EQ(leg_stats().rtcp_dtls->failure, DtlsFailure::fingerprint);
  EXPECT_EQ(leg_stats().dtls->state, DtlsState::established);
  EXPECT_EQ(leg_stats().dtls->failures, 0u);
  expect_voice_only(1);
  Bytes report = receiver_report(9);
  EXPECT_FALSE(depart(report));
}

TEST_P(DtlsRtcpTest, TheSameDescriptionGoesOnWithBoth) {
  configure(two_ports(GetParam()));
  shake_both();
  expect_reports(kReports);
  configure(two_ports(GetParam()));
  work();
  EXPECT_TRUE(sent_.empty());
  expect_voice_only(1);
  expect_reports(kReports);
}

TEST_P(DtlsRtcpTest, ANewDescriptionMakesBothAnew) {
  configure(two_ports(GetParam()));
  shake_both();
  const std::unique_ptr<DtlsPeer> before = std::exchange(reports_, make_peer());
  voice_ = make_peer();
  configure(two_ports(GetParam()));
  EXPECT_EQ(report_from_peer(before->protect(receiver_report(7))), std::nullopt);
  Bytes report = receiver_report(9);
  EXPECT_FALSE(depart(report));
  now_ += base::Millis{500};
  shake_both();
  expect_voice_only(1);
  expect_reports(kReports);
  EXPECT_EQ(report_from_peer(before->protect(receiver_report(7))), std::nullopt);
}

TEST_P(DtlsRtcpTest, SharesThePortOfVoiceFromTheDescriptionOnThatSaysSo) {
  configure(two_ports(GetParam()));
  shake_both();
  expect_reports(kReports);
  LegMedia shared = two_ports(GetParam());
  shared.rtcp_mux = true;
  configure(std::move(shared));
  EXPECT_FALSE(leg_stats().rtcp_dtls);
  expect_voice(*voice_);
  EXPECT_EQ(report_from_peer(reports_->protect(receiver_report(7))), std::nullopt);
  EXPECT_EQ(report_from_peer(voice_->protect(receiver_report(8))), std::nullopt) << "not on this port any more";
}

TEST_P(DtlsRtcpTest, GoesToKeysOfSignalling) {
  configure(two_ports(GetParam()));
  shake_both();
  LegMedia sdes;
  sdes.remote_rtp = kPeer;
  sdes.srtp_only = true;
  sdes.receive = test::params(Suite::aes_256_cm_hmac_sha1_80, 1);
  sdes.send = test::params(Suite::aes_256_cm_hmac_sha1_80, 2);
  configure(std::move(sdes));
  EXPECT_FALSE(leg_stats().rtcp_dtls);
  EXPECT_EQ(report_from_peer(reports_->protect(receiver_report(7))), std::nullopt);
  Bytes report = receiver_report(9);
  ASSERT_TRUE(depart(report));
  EXPECT_EQ(reports_->unprotect(report), std::nullopt);
}

TEST_P(DtlsRtcpTest, FollowsThePeerToWhereItShookHands) {
  LegMedia media = two_ports(GetParam());
  media.latching = Latching::any_host;
  configure(std::move(media));
  const Endpoint outside = at("192.0.2.10", 61'001);
  shake(*voice_);
  shake(*reports_, outside, Protocol::rtcp);
  expect_reports(outside);
}

}  // namespace
}  // namespace cadenas::media
