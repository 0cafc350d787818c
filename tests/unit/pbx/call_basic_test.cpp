// A call from INVITE to BYE with both legs' keys (RFC 3261 §13, RFC 4568, ENC-1, ENC-8, RIGHT-9).

#include "call_harness.hpp"

namespace cadenas::pbx::test {
namespace {

TEST(Calls, ConnectTwoEncryptedLegsEachWithItsOwnKeys) {
  Exchange exchange;
  Phone& a = exchange.phone("100");
  Phone& b = exchange.phone("200");
  a.invite("200", savp(4000, 'a'));

  const auto invite = b.request(sip::Method::invite);
  const auto offer = sdp_of(*invite);
  ASSERT_EQ(offer.media.size(), 1U);
  EXPECT_EQ(offer.media[0].proto, "RTP/SAVP");
  EXPECT_EQ(offer.media[0].formats, (std::vector<std::string>{"8", "0", "101"}));
  EXPECT_EQ(offer.address_of(offer.media[0]), "192.0.2.1");
  const auto offered = offer.media[0].cryptos();
  ASSERT_EQ(offered.size(), 3U);
  EXPECT_EQ(offered[0].suite_name, aes256);
  EXPECT_NE(invite->call_id(), a.dialog.call_id);
  EXPECT_EQ(invite->body().find("2^"), std::string_view::npos) << "no lifetime, no MKI";

  b.respond(*invite, 180);
  a.response(180);
  b.respond(*invite, 200, description("RTP/SAVP", 5000, {answering_crypto(*invite, 'b')}));
  b.request(sip::Method::ack);
  const auto ok = a.response(200);
  a.ack(*ok);
  const auto answer = sdp_of(*ok);
  const auto answered = answer.media[0].cryptos();
  ASSERT_EQ(answered.size(), 1U);
  EXPECT_EQ(answered[0].tag, 1U);
  EXPECT_EQ(answered[0].suite_name, aes256);

  const auto& session = exchange.media.last();
  const auto& leg_a = session.legs.at(media::Side::a);
  const auto& leg_b = session.legs.at(media::Side::b);
  EXPECT_EQ(leg_a.remote_rtp.to_string(), "198.51.100.9:4000");
  EXPECT_EQ(leg_b.remote_rtp.to_string(), "198.51.100.9:5000");
  ASSERT_TRUE(leg_a.receive && leg_a.send && leg_b.receive && leg_b.send);
  EXPECT_EQ(leg_a.receive->keying.view()[0], 'a');
  EXPECT_EQ(leg_b.receive->keying.view()[0], 'b');
  EXPECT_TRUE(leg_a.srtp_only && leg_b.srtp_only);
  EXPECT_FALSE(*leg_a.send == *leg_b.send);
  EXPECT_EQ(base::to_hex(leg_a.send->keying.view()), base::to_hex(answered[0].keys[0].key_salt.view()));

  a.send("BYE");
  a.response(200);
  const auto bye = b.request(sip::Method::bye);
  b.respond(*bye, 200);
  EXPECT_EQ(exchange.counts().calls, 0U);
  EXPECT_EQ(exchange.counts().legs, 0U);
  EXPECT_EQ(exchange.media.open_sessions(), 0U);
  ASSERT_EQ(exchange.records.size(), 1U);
  EXPECT_EQ(exchange.records[0].cause, "bye");
  EXPECT_EQ(exchange.records[0].legs.size(), 2U);
  EXPECT_EQ(exchange.services.active_calls.load(), 0U);
  exchange.pass(base::Millis{70'000});
  EXPECT_EQ(exchange.transactions(), 0U);
}

TEST(Calls, ShowThePadlockOnlyWhereEveryPacketWasAuthenticated) {
  Exchange exchange;
  Phone& a = exchange.phone("100");
  Phone& b = exchange.phone("200", sip::Transport::udp);
  a.invite("200", savp(4000, 'a'));
  const auto invite = b.request(sip::Method::invite);
  EXPECT_EQ(sdp_of(*invite).media[0].proto, "RTP/AVP") << "ENC-8";
  EXPECT_FALSE(sdp_of(*invite).media[0].has_attribute("crypto")) << "ENC-8";
  b.respond(*invite, 200, description("RTP/AVP", 5000));
  b.request(sip::Method::ack);
  a.ack(*a.response(200));

  auto view = exchange.views().at(0);
  EXPECT_FALSE(view.legs.at(0).padlock) << "no packet yet";
  exchange.media.last().stats.a.rtp.rx_authenticated = 50;
  exchange.media.last().stats.a.rtp.tx_encrypted = 50;
  exchange.media.last().stats.b.rtp.rx_clear = 50;
  view = exchange.views().at(0);
  EXPECT_EQ(view.state, CallState::answered);
  EXPECT_TRUE(view.legs.at(0).padlock);
  EXPECT_EQ(view.legs[0].srtp_suite, aes256);
  EXPECT_EQ(view.legs[0].tls_version, "TLSv1.3");
  EXPECT_FALSE(view.legs.at(1).padlock);
  EXPECT_EQ(view.legs[1].packets_clear, 50U);
  EXPECT_NE(view.legs[1].reason.find("policy.signalling-clear"), std::string::npos) << view.legs[1].reason;

  exchange.media.last().stats.a.rtp.rx_clear = 1;
  EXPECT_FALSE(exchange.views().at(0).legs.at(0).padlock);
  b.send("BYE");
  b.response(200);
  a.respond(*a.request(sip::Method::bye), 200);
  EXPECT_EQ(exchange.records.at(0).legs.at(1).failing, std::vector<std::string>{"policy.signalling-clear"});
}

TEST(Calls, AnswerUnknownNumberWith404) {
  Exchange exchange;
  Phone& a = exchange.phone("100");
  a.invite("999", savp(4000, 'a'));
  a.response(404);
  EXPECT_EQ(exchange.counts().legs, 0U);
  EXPECT_EQ(exchange.media.open_sessions(), 0U);
}

TEST(Calls, AnswerUnregisteredNumberWith480) {
  Exchange exchange;
  Phone& a = exchange.phone("100");
  store::Subscription nobody;
  nobody.number = "300";
  exchange.subscriptions["300"] = nobody;
  exchange.publish();
  a.invite("300", savp(4000, 'a'));
  a.response(480);
  EXPECT_EQ(exchange.counts().calls, 0U);
  EXPECT_EQ(exchange.media.open_sessions(), 0U);
}

TEST(Calls, PassBusyOn) {
  Exchange exchange;
  Phone& a = exchange.phone("100");
  Phone& b = exchange.phone("200");
  a.invite("200", savp(4000, 'a'));
  b.respond(*b.request(sip::Method::invite), 486);
  b.request(sip::Method::ack);
  a.response(486);
  EXPECT_EQ(exchange.counts().legs, 0U);
  EXPECT_EQ(exchange.records.at(0).cause, "refused 486");
}

TEST(Calls, CancelTheCalledPhoneWhenTheCallerGivesUp) {
  Exchange exchange;
  Phone& a = exchange.phone("100");
  Phone& b = exchange.phone("200");
  a.invite("200", savp(4000, 'a'));
  const auto invite = b.request(sip::Method::invite);
  b.respond(*invite, 180);
  a.response(180);
  a.cancel();
  a.response(200);  // to the CANCEL
  a.response(487);
  const auto cancel = b.request(sip::Method::cancel);
  b.respond(*cancel, 200);
  b.respond(*invite, 487);
  b.request(sip::Method::ack);
  EXPECT_EQ(exchange.counts().legs, 0U);
  EXPECT_EQ(exchange.media.open_sessions(), 0U);
  EXPECT_EQ(exchange.records.at(0).cause, "cancelled");
}

TEST(Calls, EndAnAnswerThatCrossesTheCancel) {  // RFC 3261 §9.1, §13.2.2.4
  Exchange exchange;
  Phone& a = exchange.phone("100");
  Phone& b = exchange.phone("200");
  a.invite("200", savp(4000, 'a'));
  const auto invite = b.request(sip::Method::invite);
  b.respond(*invite, 180);
  a.cancel();
  b.request(sip::Method::cancel);
  b.respond(*invite, 200, description("RTP/SAVP", 5000, {answering_crypto(*invite, 'b')}));
  b.request(sip::Method::ack);
  b.respond(*b.request(sip::Method::bye), 200);
  EXPECT_EQ(exchange.counts().legs, 0U);
}

TEST(Calls, GiveUpRingingAfterTheConfiguredTime) {
  Exchange exchange;
  Phone& a = exchange.phone("100");
  Phone& b = exchange.phone("200");
  a.invite("200", savp(4000, 'a'));
  const auto invite = b.request(sip::Method::invite);
  b.respond(*invite, 180);
  a.response(180);
  exchange.pass(base::Millis{181'000});
  b.respond(*b.request(sip::Method::cancel), 200);
  b.respond(*invite, 487);
  a.response(480);
  EXPECT_EQ(exchange.counts().calls, 0U);
}

TEST(Calls, EndBothLegsWhenAConnectionClosesAndNoReturnIsWaitedFor) {
  Exchange exchange;
  exchange.services.settings.return_wait = base::Millis{0};
  Phone& a = exchange.phone("100");
  Phone& b = exchange.phone("200");
  a.invite("200", savp(4000, 'a'));
  const auto invite = b.request(sip::Method::invite);
  b.respond(*invite, 200, description("RTP/SAVP", 5000, {answering_crypto(*invite, 'b')}));
  b.request(sip::Method::ack);
  a.ack(*a.response(200));
  exchange.close(a);
  b.respond(*b.request(sip::Method::bye), 200);
  EXPECT_EQ(exchange.counts().legs, 0U);
  EXPECT_EQ(exchange.records.at(0).cause, "flow closed");
}

TEST(Calls, EndWhenTheCallerNeverAcknowledges) {  // RFC 3261 §13.3.1.4
  Exchange exchange;
  Phone& a = exchange.phone("100");
  Phone& b = exchange.phone("200");
  a.invite("200", savp(4000, 'a'));
  const auto invite = b.request(sip::Method::invite);
  b.respond(*invite, 200, description("RTP/SAVP", 5000, {answering_crypto(*invite, 'b')}));
  b.request(sip::Method::ack);
  a.response(200);
  exchange.pass(base::Millis{33'000});
  b.respond(*b.request(sip::Method::bye), 200);
  while (!a.received.empty() && a.received.front()->status() == 200) a.received.pop_front();
  a.respond(*a.request(sip::Method::bye), 200);
  EXPECT_EQ(exchange.counts().legs, 0U);
}

TEST(Calls, BeginOnceForARetransmittedInvite) {  // RFC 3261 §17.2.1
  Exchange exchange;
  Phone& a = exchange.phone("100", sip::Transport::udp);
  Phone& b = exchange.phone("200");
  a.invite("200", description("RTP/AVP", 4000));
  const auto invite = b.request(sip::Method::invite);
  const std::string again = "INVITE " + a.invite_uri + " SIP/2.0\r\nVia: SIP/2.0/UDP " + a.flow.remote.to_string() +
                            ";branch=" + a.last_invite_branch + "\r\nMax-Forwards: 70\r\nFrom: " + a.dialog.local +
                            ";tag=" + a.dialog.local_tag + "\r\nTo: " + a.dialog.remote +
                            "\r\nCall-ID: " + a.dialog.call_id + "\r\nCSeq: 1 INVITE\r\nContact: <sip:100@" +
                            a.flow.remote.to_string() + ">\r\nContent-Length: 0\r\n\r\n";
  a.raw(again);
  EXPECT_TRUE(b.silent()) << b.inbox();
  EXPECT_EQ(exchange.counts().calls, 1U);
  // The 200 is repeated until the ACK comes.
  b.respond(*invite, 200, savp_answer(*invite, 5000, 'b'));
  a.response(200);
  exchange.pass(base::Millis{600});
  const auto repeated = a.response(200);
  a.ack(*repeated);
  a.received.clear();
  exchange.pass(base::Millis{5'000});
  EXPECT_TRUE(a.silent()) << a.inbox();
}

TEST(Calls, RunAcrossTwoLoops) {
  Exchange exchange(2);
  Phone& a = exchange.phone("100", sip::Transport::tls, 0);
  Phone& b = exchange.phone("200", sip::Transport::tls, 1);
  a.invite("200", savp(4000, 'a'));
  const auto invite = b.request(sip::Method::invite);
  b.respond(*invite, 200, description("RTP/SAVP", 5000, {answering_crypto(*invite, 'b')}));
  b.request(sip::Method::ack);
  a.ack(*a.response(200));
  EXPECT_EQ(exchange.views().size(), 1U);
  b.send("BYE");
  b.response(200);
  a.respond(*a.request(sip::Method::bye), 200);
  EXPECT_EQ(exchange.counts().legs, 0U);
}

TEST(Calls, NameTheCallerByHisSubscriptionNotByWhatHeWrote) {
  Exchange exchange;
  Phone& a = exchange.phone("100");
  Phone& b = exchange.phone("200");
  a.invite("200", savp(4000, 'a'), "P-Asserted-Identity: <sip:chief@evil.example>\r\n");
  const auto invite = b.request(sip::Method::invite);
  EXPECT_EQ(invite->value(sip::HeaderId::p_asserted_identity), "\"Phone 100\" <sip:100@192.0.2.1>");
  EXPECT_EQ(invite->value(sip::HeaderId::from).find("\"Phone 100\" <sip:100@192.0.2.1>"), 0U);
}

TEST(Calls, HideTheCallerWhoAsksForPrivacy) {  // RFC 3323, RFC 3325
  Exchange exchange;
  Phone& a = exchange.phone("100");
  Phone& b = exchange.phone("200");
  a.invite("200", savp(4000, 'a'), "Privacy: id\r\n");
  const auto invite = b.request(sip::Method::invite);
  for (const auto& field : invite->headers()) {
    EXPECT_EQ(field.value.find("100@"), std::string_view::npos) << field.name << ": " << field.value;
  }
}

TEST(Calls, ReadPrivacyValueByValue) {  // RFC 3323 §4.2
  for (const auto& [value, hidden] : {std::pair{"header; ID ;critical", true}, std::pair{"user", true},
                                      std::pair{"identity-none", false}, std::pair{"none", false}}) {
    Exchange exchange;
    Phone& a = exchange.phone("100");
    Phone& b = exchange.phone("200");
    a.invite("200", savp(4000, 'a'), "Privacy: " + std::string(value) + "\r\n");
    const auto from = std::string(b.request(sip::Method::invite)->value(sip::HeaderId::from));
    EXPECT_EQ(from.find("100@") == std::string::npos, hidden) << value << ": " << from;
  }
}

TEST(Calls, RefuseAtTheirLimit) {
  Exchange exchange;
  exchange.services.settings.max_calls = 1;
  Phone& a = exchange.phone("100");
  exchange.phone("200");
  a.invite("200", savp(4000, 'a'));
  a.invite("200", savp(4000, 'a'));
  EXPECT_FALSE(a.response(503)->value(sip::HeaderId::retry_after).empty());
}

TEST(Calls, RefuseWithoutAFreeMediaPort) {
  Exchange exchange;
  exchange.media.exhausted = true;
  Phone& a = exchange.phone("100");
  exchange.phone("200");
  a.invite("200", savp(4000, 'a'));
  a.response(503);
  EXPECT_EQ(exchange.counts().legs, 0U);
}

TEST(Calls, EndOnTheAdministratorsWord) {
  Exchange exchange;
  Phone& a = exchange.phone("100");
  Phone& b = exchange.phone("200");
  a.invite("200", savp(4000, 'a'));
  const auto invite = b.request(sip::Method::invite);
  b.respond(*invite, 200, description("RTP/SAVP", 5000, {answering_crypto(*invite, 'b')}));
  b.request(sip::Method::ack);
  a.ack(*a.response(200));
  Calls::hang_up(exchange.services, exchange.views().at(0).id);
  a.request(sip::Method::bye);
  b.request(sip::Method::bye);
  EXPECT_EQ(exchange.counts().calls, 0U);
}

}  // namespace
}  // namespace cadenas::pbx::test
