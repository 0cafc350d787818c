// RFC 4028, each leg by itself.

#include "pbx/session_timer.hpp"

#include "call_harness.hpp"

namespace cadenas::pbx::test {
namespace {

sip::Message request_with(const std::string& headers) {
  return std::move(
      *sip::Message::parse("INVITE sip:1@h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nMax-Forwards: "
                           "70\r\nFrom: <sip:1@h>;tag=1\r\nTo: <sip:2@h>\r\nCall-ID: 1\r\nCSeq: 1 "
                           "INVITE\r\n" +
                           headers + "Content-Length: 0\r\n\r\n"));
}

TEST(SessionTimer, LetsTheCallerRefreshWhereItCan) {
  const auto reply = answer_session_timer(*request_with("Supported: timer\r\nSession-Expires: 600\r\n"), {});
  EXPECT_EQ(reply.terms, (SessionTerms{600, false}));
  EXPECT_EQ(reply.session_expires, "600;refresher=uac");
  EXPECT_TRUE(reply.require_timer);
}

TEST(SessionTimer, RefreshesItselfForACallerWithoutTimers) {
  const auto reply = answer_session_timer(*request_with(""), {});
  EXPECT_EQ(reply.terms, (SessionTerms{1800, true}));
  EXPECT_FALSE(reply.require_timer);
}

TEST(SessionTimer, RefusesAnIntervalBelowItsMinimum) {
  EXPECT_TRUE(answer_session_timer(*request_with("Supported: timer\r\nSession-Expires: 60\r\n"), {}).too_small);
}

TEST(SessionTimer, EndsAThirdOrHalfAMinuteBeforeTheInterval) {
  EXPECT_EQ((SessionTerms{1800, false}).give_up_after(), base::Millis{1'768'000});
  EXPECT_EQ((SessionTerms{90, false}).give_up_after(), base::Millis{60'000});
}

TEST(SessionTimer, Answers422WithMinSe) {
  Exchange exchange;
  Phone& a = exchange.phone("100");
  exchange.phone("200");
  a.invite("200", savp(4000, 'a'), "Supported: timer\r\nSession-Expires: 30\r\n");
  EXPECT_EQ(a.response(422)->value(sip::HeaderId::min_se), "90");
  EXPECT_EQ(exchange.counts().legs, 0U);
}

TEST(SessionTimer, AsksAgainWithTheIntervalOfA422) {
  Exchange exchange;
  Phone& a = exchange.phone("100");
  Phone& b = exchange.phone("200");
  a.invite("200", savp(4000, 'a'));
  b.respond(*b.request(sip::Method::invite), 422, {}, "Min-SE: 3600\r\n");
  b.request(sip::Method::ack);
  EXPECT_EQ(b.request(sip::Method::invite)->value(sip::HeaderId::session_expires), "3600");
}

TEST(SessionTimer, EndsBothLegsWhenThePhoneDoesNotRefresh) {
  Exchange exchange;
  Phone& a = exchange.phone("100");
  Phone& b = exchange.phone("200");
  a.invite("200", savp(4000, 'a'), "Supported: timer\r\nSession-Expires: 90;refresher=uac\r\n");
  const auto invite = b.request(sip::Method::invite);
  b.respond(*invite, 200, savp_answer(*invite, 5000, 'b'), "Require: timer\r\nSession-Expires: 1800;refresher=uac\r\n");
  b.request(sip::Method::ack);
  a.ack(*a.response(200));
  exchange.pass(base::Millis{59'000});
  EXPECT_EQ(exchange.counts().calls, 1U);
  exchange.pass(base::Millis{2'000});
  a.request(sip::Method::bye);
  b.request(sip::Method::bye);
  EXPECT_EQ(exchange.counts().legs, 0U);
  EXPECT_EQ(exchange.records.at(0).cause, "session expired");
}

TEST(SessionTimer, RefreshesByUpdateAtHalfTime) {
  Exchange exchange;
  exchange.services.settings.session_timer.interval = 200;
  Phone& a = exchange.phone("100");
  Phone& b = exchange.phone("200");
  a.invite("200", savp(4000, 'a'), "Supported: timer\r\nSession-Expires: 200;refresher=uac\r\n");
  const auto invite = b.request(sip::Method::invite);
  EXPECT_EQ(invite->value(sip::HeaderId::session_expires), "200");
  b.respond(*invite, 200, savp_answer(*invite, 5000, 'b'),
            "Supported: timer\r\nAllow: UPDATE\r\nSession-Expires: 200;refresher=uac\r\n");
  b.request(sip::Method::ack);
  a.ack(*a.response(200));
  for (int round = 0; round < 3; ++round) {
    exchange.pass(base::Millis{101'000});
    const auto refresh = b.request(sip::Method::update);
    EXPECT_TRUE(refresh->body().empty());
    b.respond(*refresh, 200, {}, "Session-Expires: 200;refresher=uac\r\n");
    a.send("UPDATE", {}, "Supported: timer\r\nSession-Expires: 200;refresher=uac\r\n");
    a.response(200);
  }
  EXPECT_EQ(exchange.counts().calls, 1U);
}

TEST(SessionTimer, KeepsTheCallOfAPhoneThatRefusesARefresh) {
  Exchange exchange;
  exchange.services.settings.session_timer.interval = 200;
  Phone& a = exchange.phone("100");
  Phone& b = exchange.phone("200");
  connect(a, b);
  for (int round = 0; round < 3; ++round) {
    exchange.pass(base::Millis{101'000});
    b.respond(*b.request(sip::Method::update), 500);
    a.respond(*a.request(sip::Method::update), 200);
  }
  EXPECT_EQ(exchange.counts().calls, 1U);
}

TEST(SessionTimer, RefreshesAPhoneWithoutUpdateByTheKeyInUseAndTakesTheOneItAnswers) {  // RFC 4568 §7.1.4
  Exchange exchange;
  exchange.services.settings.session_timer.interval = 200;
  Phone& a = exchange.phone("100");
  Phone& b = exchange.phone("200");
  a.invite("200", savp(4000, 'a'));
  const auto invite = b.request(sip::Method::invite);
  b.respond(*invite, 200, savp_answer(*invite, 5000, 'b'), "Allow: INVITE, ACK, BYE, CANCEL\r\n");
  b.request(sip::Method::ack);
  a.ack(*a.response(200));
  const auto& leg = exchange.media.last().legs.at(media::Side::b);
  const auto key = base::to_hex(leg.send->keying.view());
  for (const char next : {'n', 'm'}) {
    exchange.pass(base::Millis{101'000});
    const auto refresh = b.request(sip::Method::invite);
    const auto offered = sdp_of(*refresh).media.at(0).cryptos();
    ASSERT_EQ(offered.size(), 1U);
    EXPECT_EQ(base::to_hex(offered[0].keys.at(0).key_salt.view()), key);
    b.respond(*refresh, 200, savp_answer(*refresh, 5000, next));
    b.request(sip::Method::ack);
    EXPECT_EQ(leg.receive->keying.view()[0], next);
    EXPECT_EQ(base::to_hex(leg.send->keying.view()), key);
    a.respond(*a.request(sip::Method::update), 200);
    EXPECT_TRUE(a.silent());
  }
  EXPECT_EQ(exchange.counts().calls, 1U);
}

TEST(SessionTimer, EndsTheCallWhenThePhoneNoLongerKnowsIt) {
  Exchange exchange;
  exchange.services.settings.session_timer.interval = 200;
  Phone& a = exchange.phone("100");
  Phone& b = exchange.phone("200");
  connect(a, b);
  exchange.pass(base::Millis{101'000});
  b.respond(*b.request(sip::Method::update), 481);
  exchange.settle();
  EXPECT_EQ(exchange.counts().calls, 0U);
}

}  // namespace
}  // namespace cadenas::pbx::test
