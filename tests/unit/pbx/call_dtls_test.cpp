// Calls in which one leg has its keys from DTLS (ENC-1, ENC-7, ENC-8, RIGHT-9).

#include "dtls_terms.hpp"

namespace cadenas::pbx::test {
namespace {

struct DtlsCalled {
  Exchange exchange;
  Phone& a = exchange.phone("100");
  Phone& b = exchange.phone("200");
  const media::LegMedia& leg(media::Side side) { return exchange.media.last().legs.at(side); }
};

TEST(CallDtls, JoinsACallerOfDtlsWithAPhoneOfSdes) {
  DtlsCalled t;
  t.a.invite("200", dtls(4000, 0x11, "actpass"));
  EXPECT_TRUE(t.exchange.media.asked_for_dtls);
  const auto invite = t.b.request(sip::Method::invite);
  EXPECT_EQ(sdp_of(*invite).media[0].proto, "RTP/SAVP");
  t.b.respond(*invite, 200, savp_answer(*invite, 5000, 'b'));
  t.b.request(sip::Method::ack);
  const auto answered = t.a.response(200);
  EXPECT_EQ(sdp_of(*answered).media[0].attribute("setup"), "active");
  EXPECT_FALSE(sdp_of(*answered).media[0].has_attribute("crypto"));
  t.a.ack(*answered);
  ASSERT_TRUE(t.leg(media::Side::a).dtls);
  EXPECT_EQ(t.leg(media::Side::a).dtls->peer.at(0).value, base::Bytes(32, 0x11));
  EXPECT_FALSE(t.leg(media::Side::b).dtls);
  EXPECT_TRUE(t.leg(media::Side::b).send);
  const auto view = t.exchange.views().at(0);
  EXPECT_EQ(view.legs.at(0).key_exchange, "DTLS-SRTP");
  EXPECT_EQ(view.legs.at(1).key_exchange, "SDES");
}

TEST(CallDtls, OffersDtlsToAPhoneOfThatStyle) {
  DtlsCalled t;
  t.exchange.subscription("200").offer_style = store::OfferStyle::dtls;
  t.exchange.publish();
  t.a.invite("200", savp(4000, 'a'));
  EXPECT_TRUE(t.exchange.media.asked_for_dtls);
  const auto invite = t.b.request(sip::Method::invite);
  EXPECT_EQ(sdp_of(*invite).media[0].proto, "UDP/TLS/RTP/SAVP");
  EXPECT_FALSE(sdp_of(*invite).media[0].has_attribute("crypto"));
  t.b.respond(*invite, 200, dtls(5000, 0x22, "active"));
  t.b.request(sip::Method::ack);
  t.a.ack(*t.a.response(200));
  ASSERT_TRUE(t.leg(media::Side::b).dtls);
  EXPECT_EQ(t.leg(media::Side::b).dtls->role, media::DtlsRole::passive);
  EXPECT_TRUE(t.leg(media::Side::a).receive);
}

TEST(CallDtls, CallsAgainInClearAPhoneInMode1ThatTakesNoDtls) {
  DtlsCalled t;
  t.exchange.subscription("200").offer_style = store::OfferStyle::dtls;
  t.exchange.publish();
  t.a.invite("200", savp(4000, 'a'));
  t.b.respond(*t.b.request(sip::Method::invite), 488);
  t.b.request(sip::Method::ack);
  EXPECT_EQ(sdp_of(*t.b.request(sip::Method::invite)).media[0].proto, "RTP/AVP");
}

TEST(CallDtls, RefusesDtlsOverAClearTransport) {  // ENC-8: the fingerprint would be anybody's
  Exchange exchange;
  Phone& a = exchange.phone("100", sip::Transport::udp);
  Phone& b = exchange.phone("200");
  a.invite("200", dtls(4000, 0x11, "actpass"));
  const auto refusal = a.response(488);
  EXPECT_NE(refusal->value(sip::HeaderId::warning).find("policy.signalling-clear"), std::string_view::npos);
  EXPECT_TRUE(b.silent());
}

TEST(CallDtls, OffersNoDtlsOverAClearTransport) {
  Exchange exchange;
  Phone& a = exchange.phone("100");
  Phone& b = exchange.phone("200", sip::Transport::tcp);
  exchange.subscription("200").offer_style = store::OfferStyle::dtls;
  exchange.publish();
  a.invite("200", savp(4000, 'a'));
  const auto invite = b.request(sip::Method::invite);
  EXPECT_EQ(sdp_of(*invite).media[0].proto, "RTP/AVP");
  EXPECT_FALSE(sdp_of(*invite).media[0].has_attribute("fingerprint"));
}

TEST(CallDtls, RefusesItWhereMediaIsOnRelaysThatCannotShakeHands) {
  DtlsCalled t;
  t.exchange.media.shakes_hands = false;
  t.a.invite("200", dtls(4000, 0x11, "actpass"));
  const auto refusal = t.a.response(488);
  EXPECT_NE(refusal->value(sip::HeaderId::warning).find("embedded media board"), std::string_view::npos);
  EXPECT_TRUE(t.b.silent());
  t.exchange.subscription("200").offer_style = store::OfferStyle::dtls;
  t.exchange.publish();
  t.a.invite("200", savp(4000, 'a'));
  t.a.response(488);
  EXPECT_TRUE(t.b.silent());
  EXPECT_EQ(t.exchange.media.open_sessions(), 0u);
}

TEST(CallDtls, SaysHowTheHandshakeStandsAndLocksOnlyWithProof) {
  DtlsCalled t;
  t.a.invite("200", dtls(4000, 0x11, "actpass"));
  const auto invite = t.b.request(sip::Method::invite);
  t.b.respond(*invite, 200, savp_answer(*invite, 5000, 'b'));
  t.b.request(sip::Method::ack);
  t.a.ack(*t.a.response(200));
  media::SideStats& side = t.exchange.media.last().stats.a;
  side.dtls = media::DtlsStats{.state = media::DtlsState::failed, .failure = media::DtlsFailure::fingerprint};
  LegView leg = t.exchange.views().at(0).legs.at(0);
  EXPECT_FALSE(leg.padlock);
  EXPECT_EQ(leg.dtls_state, "failed");
  EXPECT_EQ(leg.dtls_failure, "dtls.fingerprint");
  EXPECT_TRUE(leg.srtp_suite.empty());
  EXPECT_NE(leg.reason.find("does not match the fingerprint"), std::string::npos) << leg.reason;
  side.dtls = media::DtlsStats{.state = media::DtlsState::established, .handshakes = 1};
  side.receive_suite = side.send_suite = media::Suite::aead_aes_128_gcm;
  leg = t.exchange.views().at(0).legs.at(0);
  EXPECT_FALSE(leg.padlock) << "keys are no proof yet";
  side.rtp.rx_authenticated = side.rtp.tx_encrypted = 50;
  leg = t.exchange.views().at(0).legs.at(0);
  EXPECT_TRUE(leg.padlock);
  EXPECT_EQ(leg.srtp_suite, "AEAD_AES_128_GCM");
  EXPECT_NE(leg.reason.find("DTLS-SRTP"), std::string::npos) << leg.reason;
  t.a.send("BYE");
  t.a.response(200);
  t.b.request(sip::Method::bye);
  EXPECT_EQ(t.exchange.records.at(0).legs.at(0).key_exchange, "DTLS-SRTP");
  EXPECT_EQ(t.exchange.records.at(0).legs.at(1).key_exchange, "SDES");
}

TEST(CallDtls, HoldKeepsTheAssociationAndANewFingerprintMakesAnother) {
  DtlsCalled t;
  t.a.invite("200", dtls(4000, 0x11, "actpass"));
  const auto invite = t.b.request(sip::Method::invite);
  t.b.respond(*invite, 200, savp_answer(*invite, 5000, 'b'));
  t.b.request(sip::Method::ack);
  t.a.ack(*t.a.response(200));
  const auto first = *t.leg(media::Side::a).dtls;
  t.a.send("INVITE", dtls(4000, 0x11, "actpass"));
  t.a.ack(*t.a.response(200));
  EXPECT_EQ(*t.leg(media::Side::a).dtls, first);
  t.a.send("INVITE", dtls(4000, 0x33, "actpass"));
  t.a.ack(*t.a.response(200));
  EXPECT_NE(t.leg(media::Side::a).dtls->association, first.association);
  EXPECT_EQ(t.leg(media::Side::a).dtls->peer.at(0).value, base::Bytes(32, 0x33));
}

}  // namespace
}  // namespace cadenas::pbx::test
