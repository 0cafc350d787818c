// What is left when a call ends in an unusual way: nothing, neither at the phones nor in our tables.

#include "call_harness.hpp"

namespace cadenas::pbx::test {
namespace {

struct Endings : testing::Test {
  Exchange exchange;
  Phone& a = exchange.phone("100");
  Phone& b = exchange.phone("200");

  void nothing_is_left() {
    exchange.pass(base::Millis{70'000});
    EXPECT_EQ(exchange.counts().calls, 0U);
    EXPECT_EQ(exchange.counts().legs, 0U);
    EXPECT_EQ(exchange.transactions(), 0U);
    EXPECT_EQ(exchange.media.open_sessions(), 0U);
    EXPECT_EQ(exchange.services.active_calls.load(), 0U);
  }
};

TEST_F(Endings, AnswerTheInviteOfACallerWhoEndsItWithByeWhileItRings) {  // RFC 3261 §15, §15.1.2
  a.invite("200", savp(4000, 'a'));
  const auto invite = b.request(sip::Method::invite);
  b.respond(*invite, 180);
  a.response(180);
  a.send("BYE");
  a.response(200);
  a.response(487);
  b.respond(*b.request(sip::Method::cancel), 200);
  b.respond(*invite, 487);
  b.request(sip::Method::ack);
  nothing_is_left();
}

TEST_F(Endings, CancelTheInviteOfAPhoneThatSaysByeWhileItRings) {
  a.invite("200", savp(4000, 'a'));
  const auto invite = b.request(sip::Method::invite);
  b.respond(*invite, 180);
  a.response(180);
  b.send("BYE");
  b.response(200);
  a.response(480);
  b.respond(*b.request(sip::Method::cancel), 200);
  b.respond(*invite, 200, savp_answer(*invite, 5000, 'b'));  // and answers it after all
  b.request(sip::Method::ack);
  b.respond(*b.request(sip::Method::bye), 200);
  nothing_is_left();
}

TEST_F(Endings, LetGoOfAPhoneThatNeverAnswersTheCancel) {  // RFC 3261 §9.1
  a.invite("200", savp(4000, 'a'));
  b.respond(*b.request(sip::Method::invite), 180);
  a.response(180);
  a.cancel();
  a.response(200);
  a.response(487);
  b.respond(*b.request(sip::Method::cancel), 200);
  nothing_is_left();
}

TEST_F(Endings, AnswerAnOfferThatIsUnderWayWhenTheOtherHangsUp) {
  connect(a, b);
  a.send("INVITE", savp(4000, 'a', "sendonly"));
  const auto hold = b.request(sip::Method::invite);
  b.send("BYE");
  b.response(200);
  b.respond(*hold, 487);
  b.request(sip::Method::ack);
  a.response(487);
  a.respond(*a.request(sip::Method::bye), 200);
  nothing_is_left();
}

TEST_F(Endings, LeaveNothingWhenTheConnectionOfARingingPhoneCloses) {
  a.invite("200", savp(4000, 'a'));
  b.respond(*b.request(sip::Method::invite), 180);
  a.response(180);
  exchange.close(b);
  a.response(500);
  nothing_is_left();
}

TEST_F(Endings, LeaveNothingWhenTheConnectionOfAWaitingCallerCloses) {
  a.invite("200", savp(4000, 'a'));
  const auto invite = b.request(sip::Method::invite);
  b.respond(*invite, 180);
  a.response(180);
  exchange.close(a);
  b.respond(*b.request(sip::Method::cancel), 200);
  b.respond(*invite, 487);
  b.request(sip::Method::ack);
  nothing_is_left();
}

TEST_F(Endings, AnswerARefreshOfTheCalledPhoneWithOneKey) {  // RFC 4028 §7.4, RFC 4568 §5.1.3
  a.invite("200", savp(4000, 'a'));
  const auto invite = b.request(sip::Method::invite);
  const std::string same = savp_answer(*invite, 5000, 'b');
  b.respond(*invite, 200, same);
  b.request(sip::Method::ack);
  a.ack(*a.response(200));
  const auto key = base::to_hex(exchange.media.last().legs.at(media::Side::b).send->keying.view());
  b.send("INVITE", same);
  const auto answer = b.response(200);
  b.ack(*answer);
  const auto answered = sdp_of(*answer).media.at(0).cryptos();
  ASSERT_EQ(answered.size(), 1U);
  EXPECT_EQ(base::to_hex(answered[0].keys.at(0).key_salt.view()), key);
  EXPECT_TRUE(a.silent());
}

TEST_F(Endings, CountTheCallsOfANumberOverAllLoops) {
  Exchange two(2);
  two.services.settings.max_calls_per_number = 1;
  Phone& desk = two.phone("100", sip::Transport::tls, 0);
  Phone& mobile = two.phone("100", sip::Transport::tls, 1);
  Phone& callee = two.phone("200");
  desk.invite("200", savp(4000, 'a'));
  callee.request(sip::Method::invite);
  mobile.invite("200", savp(4100, 'm'));
  mobile.response(503);
  desk.cancel();
  desk.response(200);
  desk.response(487);
  mobile.invite("200", savp(4100, 'm'));
  EXPECT_EQ(two.counts().calls, 1U);
}

}  // namespace
}  // namespace cadenas::pbx::test
