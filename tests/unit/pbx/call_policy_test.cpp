// What each leg offers and answers for its transport, right and `sip srtp mode` (RIGHT-1…9, ENC-7, ENC-8, DOMAIN §1.6
// and §3).

#include "call_harness.hpp"

namespace cadenas::pbx::test {
namespace {

struct Called {
  Exchange exchange;
  Phone& a = exchange.phone("100");
  Phone& b = exchange.phone("200");
};

TEST(CallPolicy, OffersPlainToAPhoneInMode0) {
  Called t;
  t.exchange.subscription("200").srtp_mode = store::SrtpMode::off;
  t.exchange.publish();
  t.a.invite("200", savp(4000, 'a'));
  const auto invite = t.b.request(sip::Method::invite);
  EXPECT_EQ(sdp_of(*invite).media[0].proto, "RTP/AVP");
  EXPECT_FALSE(sdp_of(*invite).media[0].has_attribute("crypto"));
  t.b.respond(*invite, 200, description("RTP/AVP", 5000));
  t.b.request(sip::Method::ack);
  t.a.ack(*t.a.response(200));
  const auto view = t.exchange.views().at(0);
  EXPECT_EQ(view.legs.at(0).srtp_suite, aes256);
  EXPECT_NE(view.legs.at(1).reason.find("policy.terminal-srtp-off"), std::string::npos);
}

TEST(CallPolicy, CallsAgainInClearWhenAPhoneInMode1RefusesTheEncryptedOffer) {
  for (const int status : {415, 488, 606}) {
    Called t;
    t.a.invite("200", savp(4000, 'a'));
    t.b.respond(*t.b.request(sip::Method::invite), status);
    t.b.request(sip::Method::ack);
    const auto again = t.b.request(sip::Method::invite);
    EXPECT_EQ(sdp_of(*again).media[0].proto, "RTP/AVP");
    EXPECT_FALSE(sdp_of(*again).media[0].has_attribute("crypto"));
    t.b.respond(*again, 200, description("RTP/AVP", 5000));
    t.b.request(sip::Method::ack);
    t.a.ack(*t.a.response(200));
    EXPECT_NE(t.exchange.views().at(0).legs.at(1).reason.find(std::to_string(status)), std::string::npos);
  }
}

TEST(CallPolicy, NeverOffersClearToAPhoneThatRefusesAChangeOfAnEncryptedCall) {  // RFC 3261 §14.1
  Called t;
  connect(t.a, t.b);
  t.a.send("INVITE", savp(4000, 'a', "sendonly"));
  t.b.respond(*t.b.request(sip::Method::invite), 488);
  t.b.request(sip::Method::ack);
  t.a.response(488);
  EXPECT_TRUE(t.b.silent());
  EXPECT_TRUE(t.exchange.media.last().legs.at(media::Side::b).srtp_only);
}

TEST(CallPolicy, NeverCallsAPhoneInMode2InClear) {
  Called t;
  t.exchange.subscription("200").srtp_mode = store::SrtpMode::only;
  t.exchange.publish();
  t.a.invite("200", savp(4000, 'a'));
  t.b.respond(*t.b.request(sip::Method::invite), 488);
  t.b.request(sip::Method::ack);
  EXPECT_TRUE(t.b.silent()) << t.b.inbox();
  t.a.response(488);
}

TEST(CallPolicy, RefusesACallToAPhoneInMode2WithoutTheRightAndSaysWhy) {
  Called t;
  t.exchange.subscription("200").srtp_mode = store::SrtpMode::only;
  t.exchange.subscription("200").encryption_right = false;
  t.exchange.publish();
  t.a.invite("200", savp(4000, 'a'));
  const auto refusal = t.a.response(488);
  EXPECT_NE(refusal->value(sip::HeaderId::warning).find("policy.no-right"), std::string_view::npos);
  EXPECT_TRUE(t.b.silent());
  EXPECT_EQ(t.exchange.counts().legs, 0U);
}

TEST(CallPolicy, RefusesAnSrtpOnlyOfferOfACallerWithoutTheRight) {
  Called t;
  t.exchange.settings.licensed = false;
  t.exchange.publish();
  t.a.invite("200", savp(4000, 'a'));
  const auto refusal = t.a.response(488);
  EXPECT_NE(refusal->value(sip::HeaderId::warning).find("policy.no-licence"), std::string_view::npos);
  EXPECT_TRUE(t.b.silent());
}

TEST(CallPolicy, FollowsTheCertificateIntoClearVoice) {  // CERT-8
  Called t;
  t.exchange.certificate = policy::CertificateState::expired;
  t.a.invite("200", description("RTP/AVP", 4000, {crypto(1, aes128, 'a')}));
  const auto invite = t.b.request(sip::Method::invite);
  EXPECT_FALSE(sdp_of(*invite).media[0].has_attribute("crypto"));
  t.b.respond(*invite, 200, description("RTP/AVP", 5000));
  const auto answer = sdp_of(*t.a.response(200));
  EXPECT_EQ(answer.media[0].proto, "RTP/AVP");
  EXPECT_FALSE(answer.media[0].has_attribute("crypto"));
}

TEST(CallPolicy, RefusesSavpOverAClearTransport) {  // ENC-8
  Exchange exchange;
  Phone& a = exchange.phone("100", sip::Transport::udp);
  exchange.phone("200");
  a.invite("200", savp(4000, 'a'));
  const auto refusal = a.response(488);
  EXPECT_NE(refusal->value(sip::HeaderId::warning).find("policy.signalling-clear"), std::string_view::npos);
}

TEST(CallPolicy, IgnoresKeysThatComeOverAClearTransport) {  // ENC-8
  Exchange exchange;
  Phone& a = exchange.phone("100", sip::Transport::tcp);
  Phone& b = exchange.phone("200");
  a.invite("200", description("RTP/AVP", 4000, {crypto(1, aes128, 'a')}));
  const auto invite = b.request(sip::Method::invite);
  EXPECT_EQ(sdp_of(*invite).media[0].proto, "RTP/SAVP") << "the called leg decides for itself";
  b.respond(*invite, 200, savp_answer(*invite, 5000, 'b'));
  const auto answer = a.response(200);
  EXPECT_EQ(answer->body().find("crypto"), std::string_view::npos);
  EXPECT_FALSE(exchange.media.last().legs.at(media::Side::a).receive);
  EXPECT_TRUE(exchange.media.last().legs.at(media::Side::b).receive);
}

TEST(CallPolicy, KeepsTheProfileOfAnOsrtpOfferInTheAnswer) {  // RFC 8643 §3.1
  Called t;
  t.a.invite("200", description("RTP/AVP", 4000, {crypto(5, "AES_CM_256_HMAC_SHA1_80", 'a')}));
  const auto invite = t.b.request(sip::Method::invite);
  t.b.respond(*invite, 200, savp_answer(*invite, 5000, 'b'));
  const auto answer = sdp_of(*t.a.response(200));
  EXPECT_EQ(answer.media[0].proto, "RTP/AVP");
  ASSERT_EQ(answer.media[0].cryptos().size(), 1U);
  EXPECT_EQ(answer.media[0].cryptos()[0].tag, 5U);
  EXPECT_EQ(answer.media[0].cryptos()[0].suite_name, "AES_CM_256_HMAC_SHA1_80") << "the offerer's spelling";
}

TEST(CallPolicy, OffersOsrtpToADeviceThatLikesIt) {
  Called t;
  t.exchange.subscription("200").offer_style = store::OfferStyle::avp_crypto;
  t.exchange.publish();
  t.a.invite("200", savp(4000, 'a'));
  const auto invite = t.b.request(sip::Method::invite);
  EXPECT_EQ(sdp_of(*invite).media[0].proto, "RTP/AVP");
  EXPECT_TRUE(sdp_of(*invite).media[0].has_attribute("crypto"));
  t.b.respond(*invite, 200, description("RTP/AVP", 5000));  // it answers in clear
  t.a.ack(*t.a.response(200));
  const auto view = t.exchange.views().at(0);
  EXPECT_TRUE(view.legs.at(1).srtp_suite.empty());
  EXPECT_FALSE(view.legs.at(1).padlock);
}

TEST(CallPolicy, AnswersOneOfTwoLinesAndRefusesTheOther) {  // DOMAIN §3.1 style C, RFC 3264 §6
  Called t;
  std::string two = savp(4000, 'a');
  two += "m=audio 4000 RTP/AVP 8 0 101\r\na=rtpmap:8 PCMA/8000\r\n";
  t.a.invite("200", two);
  const auto invite = t.b.request(sip::Method::invite);
  ASSERT_EQ(sdp_of(*invite).media.size(), 1U);
  t.b.respond(*invite, 200, savp_answer(*invite, 5000, 'b'));
  const auto ok = t.a.response(200);
  const auto answer = sdp_of(*ok);
  ASSERT_EQ(answer.media.size(), 2U);
  EXPECT_EQ(answer.media[0].proto, "RTP/SAVP");
  EXPECT_NE(answer.media[0].port, 0);
  EXPECT_EQ(answer.media[1].proto, "RTP/AVP");
  EXPECT_EQ(answer.media[1].port, 0);
  t.a.ack(*ok);
  // The order stays in our own offers (rtpengine #1489 is what happens otherwise).
  t.b.request(sip::Method::ack);
  t.b.send("INVITE", savp(5002, 'b', "sendonly"));
  const auto hold = sdp_of(*t.a.request(sip::Method::invite));
  ASSERT_EQ(hold.media.size(), 2U);
  EXPECT_EQ(hold.media[0].proto, "RTP/SAVP");
  EXPECT_EQ(hold.media[1].port, 0);
}

TEST(CallPolicy, EndsACallWhoseSavpAnswerHoldsNoKey) {  // DOMAIN §3.1, rtpengine #929
  Called t;
  t.a.invite("200", savp(4000, 'a'));
  const auto invite = t.b.request(sip::Method::invite);
  t.b.respond(*invite, 200, description("RTP/SAVP", 5000));
  t.b.request(sip::Method::ack);
  t.b.respond(*t.b.request(sip::Method::bye), 200);
  t.a.response(488);
  EXPECT_EQ(t.exchange.counts().legs, 0U);
  EXPECT_EQ(t.exchange.media.open_sessions(), 0U);
}

TEST(CallPolicy, EndsACallWhoseAnswerDropsTheEncryptionAskedFor) {
  Called t;
  t.a.invite("200", savp(4000, 'a'));
  const auto invite = t.b.request(sip::Method::invite);
  t.b.respond(*invite, 200, description("RTP/AVP", 5000));
  t.b.request(sip::Method::ack);
  t.b.request(sip::Method::bye);
  t.a.response(488);
}

TEST(CallPolicy, EncryptsNothingWithAnI7xx) {  // RIGHT-8
  Called t;
  t.exchange.subscription("200").terminal = store::TerminalKind::i7xx;
  t.exchange.publish();
  t.a.invite("200", description("RTP/AVP", 4000, {crypto(1, aes128, 'a')}));
  const auto invite = t.b.request(sip::Method::invite);
  EXPECT_EQ(invite->body().find("crypto"), std::string_view::npos);
  t.b.respond(*invite, 200, description("RTP/AVP", 5000));
  t.a.ack(*t.a.response(200));
  const auto view = t.exchange.views().at(0);
  EXPECT_NE(view.legs.at(0).reason.find("policy.i7xx"), std::string::npos) << view.legs[0].reason;
}

TEST(CallPolicy, HandsKeysOnWherePassThroughIsChosen) {
  Called t;
  t.exchange.services.settings.pass_through = true;
  t.a.invite("200", savp(4000, 'a'));
  const auto invite = t.b.request(sip::Method::invite);
  EXPECT_EQ(sdp_of(*invite).media[0].cryptos()[0].keys[0].key_salt.view()[0], 'a');
  t.b.respond(*invite, 200, savp_answer(*invite, 5000, 'b'));
  const auto ok = t.a.response(200);
  EXPECT_EQ(sdp_of(*ok).media[0].cryptos()[0].keys[0].key_salt.view()[0], 'b');
  const auto& session = t.exchange.media.last();
  EXPECT_TRUE(*session.legs.at(media::Side::a).receive == *session.legs.at(media::Side::b).send);
  EXPECT_TRUE(*session.legs.at(media::Side::b).receive == *session.legs.at(media::Side::a).send);
}

}  // namespace
}  // namespace cadenas::pbx::test
