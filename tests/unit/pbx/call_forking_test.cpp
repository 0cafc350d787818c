// Several contacts of one number rung at once (RFC 3261 §16.7), early media, reliable provisionals and UPDATE
// (RFC 3262, RFC 3311).

#include "call_harness.hpp"
#include "pbx/forking.hpp"
#include "sip/header_values.hpp"

namespace cadenas::pbx::test {
namespace {

struct Forked {
  Exchange exchange;
  Phone& a = exchange.phone("100");
  Phone& b = exchange.phone("200");
  Phone& c = exchange.phone("200");
};

TEST(Forking, GivesTheCallToTheFirstThatAnswersAndCancelsTheOther) {
  Forked t;
  t.a.invite("200", savp(4000, 'a'));
  const auto to_b = t.b.request(sip::Method::invite);
  const auto to_c = t.c.request(sip::Method::invite);
  EXPECT_NE(base::to_hex(sdp_of(*to_b).media[0].cryptos()[0].keys[0].key_salt.view()),
            base::to_hex(sdp_of(*to_c).media[0].cryptos()[0].keys[0].key_salt.view()))
      << "who does not answer never learns the key";
  t.b.respond(*to_b, 180);
  t.c.respond(*to_c, 180);
  t.a.response(180);
  t.c.respond(*to_c, 200, savp_answer(*to_c, 6000, 'c'));
  t.c.request(sip::Method::ack);
  t.a.ack(*t.a.response(200));
  t.b.respond(*t.b.request(sip::Method::cancel), 200);
  t.b.respond(*to_b, 487);
  t.b.request(sip::Method::ack);
  EXPECT_EQ(t.exchange.media.last().legs.at(media::Side::b).remote_rtp.port(), 6000);
  EXPECT_EQ(t.exchange.counts().legs, 2U);
}

TEST(Forking, AcknowledgesAndEndsASecondAnswer) {
  Forked t;
  t.a.invite("200", savp(4000, 'a'));
  const auto to_b = t.b.request(sip::Method::invite);
  const auto to_c = t.c.request(sip::Method::invite);
  t.b.respond(*to_b, 200, savp_answer(*to_b, 5000, 'b'));
  t.c.respond(*to_c, 200, savp_answer(*to_c, 6000, 'c'));
  t.b.request(sip::Method::ack);
  t.c.request(sip::Method::ack);
  t.c.respond(*t.c.request(sip::Method::bye), 200);
  t.a.ack(*t.a.response(200));
  EXPECT_TRUE(t.b.silent());
  EXPECT_EQ(t.exchange.counts().legs, 2U);
  EXPECT_EQ(t.exchange.media.last().legs.at(media::Side::b).remote_rtp.port(), 5000);
}

TEST(Forking, TellsTheCallerTheBestRefusal) {
  Forked t;
  t.a.invite("200", savp(4000, 'a'));
  t.b.respond(*t.b.request(sip::Method::invite), 408);
  EXPECT_TRUE(t.a.silent());
  t.c.respond(*t.c.request(sip::Method::invite), 486);
  t.a.response(486);
}

TEST(Forking, EndsAllAtA6xx) {
  Forked t;
  t.a.invite("200", savp(4000, 'a'));
  const auto to_b = t.b.request(sip::Method::invite);
  t.b.respond(*to_b, 180);
  t.c.respond(*t.c.request(sip::Method::invite), 603);
  t.a.response(180);
  t.a.response(603);
  t.b.request(sip::Method::cancel);
}

TEST(Forking, MapsWhatTheCallerCannotActUpon) {
  for (const auto& [from, to] : std::vector<std::pair<int, int>>{{401, 502}, {407, 502}, {302, 480}, {503, 500}}) {
    BestRefusal best;
    best.add({from, {}, {}});
    EXPECT_EQ(best.get().status, to);
  }
  EXPECT_EQ(BestRefusal{}.get().status, 480);
}

TEST(Forking, RingsNoMoreThanTheLimit) {
  Exchange exchange;
  exchange.services.settings.max_forks = 2;
  Phone& a = exchange.phone("100");
  std::vector<Phone*> phones;
  for (int i = 0; i < 4; ++i) phones.push_back(&exchange.phone("200"));
  a.invite("200", savp(4000, 'a'));
  phones[0]->request(sip::Method::invite);
  phones[1]->request(sip::Method::invite);
  EXPECT_TRUE(phones[2]->silent());
}

TEST(EarlyMedia, IsPassedOnWithKeysOfItsOwnAndNotSaidTwice) {
  Exchange exchange;
  Phone& a = exchange.phone("100");
  Phone& b = exchange.phone("200");
  a.invite("200", savp(4000, 'a'));
  const auto invite = b.request(sip::Method::invite);
  b.respond(*invite, 183, savp_answer(*invite, 5000, 'b'));
  const auto early = a.response(183);
  EXPECT_EQ(sdp_of(*early).media[0].cryptos().size(), 1U);
  EXPECT_EQ(exchange.media.last().legs.at(media::Side::b).receive->keying.view()[0], 'b');
  b.respond(*invite, 200, savp_answer(*invite, 5000, 'b'));
  const auto ok = a.response(200);
  EXPECT_EQ(ok->body(), early->body()) << "the same answer, as RFC 3261 §13.2.1 asks";
}

TEST(ReliableProvisionals, AreEachLegsOwn) {  // RFC 3262
  Exchange exchange;
  Phone& a = exchange.phone("100");
  Phone& b = exchange.phone("200");
  a.invite("200", savp(4000, 'a'), "Supported: 100rel\r\n");
  const auto invite = b.request(sip::Method::invite);
  EXPECT_TRUE(invite->lists(sip::HeaderId::supported, "100rel"));
  b.respond(*invite, 183, savp_answer(*invite, 5000, 'b'), "Require: 100rel\r\nRSeq: 77\r\n");
  const auto prack = b.request(sip::Method::prack);
  EXPECT_EQ(prack->value(sip::HeaderId::rack), "77 1 INVITE");
  b.respond(*prack, 200);
  b.respond(*invite, 183, savp_answer(*invite, 5000, 'b'), "Require: 100rel\r\nRSeq: 77\r\n");
  EXPECT_TRUE(b.silent()) << "a repeated one is not acknowledged twice: " << b.inbox();

  const auto early = a.response(183);
  EXPECT_TRUE(early->lists(sip::HeaderId::require, "100rel"));
  b.respond(*invite, 200);
  EXPECT_TRUE(a.silent()) << "no 2xx before the PRACK: " << a.inbox();
  const std::string rseq(early->value(sip::HeaderId::rseq));
  a.send("PRACK", {}, "RAck: " + rseq + " 1 INVITE\r\n");
  EXPECT_EQ(a.response(200)->method(), sip::Method::prack);
  const auto ok = a.response(200);
  EXPECT_TRUE(ok->body().empty()) << "the answer went out reliably";
  a.ack(*ok);
  EXPECT_EQ(exchange.views().at(0).state, CallState::answered);
}

TEST(ReliableProvisionals, AreRepeatedUntilThePrackAndThenGivenUp) {
  Exchange exchange;
  Phone& a = exchange.phone("100");
  Phone& b = exchange.phone("200");
  a.invite("200", savp(4000, 'a'), "Require: 100rel\r\n");
  const auto invite = b.request(sip::Method::invite);
  b.respond(*invite, 180);
  a.response(180);
  exchange.pass(base::Millis{600});
  a.response(180);
  exchange.pass(base::Millis{40'000});
  while (!a.received.empty() && a.received.front()->status() < 200) a.received.pop_front();
  a.response(504);
  b.request(sip::Method::cancel);
  EXPECT_EQ(exchange.counts().calls, 0U);
}

TEST(ReliableProvisionals, AnswerAPrackForNothingWith481) {
  Exchange exchange;
  Phone& a = exchange.phone("100");
  Phone& b = exchange.phone("200");
  a.invite("200", savp(4000, 'a'));
  b.respond(*b.request(sip::Method::invite), 180);
  a.response(180);
  a.send("PRACK", {}, "RAck: 5 1 INVITE\r\n");
  a.response(481);
}

TEST(Update, ChangesTheSessionOfACall) {  // RFC 3311
  Exchange exchange;
  Phone& a = exchange.phone("100");
  Phone& b = exchange.phone("200");
  connect(a, b);
  a.send("UPDATE", savp(4000, 'a', "sendonly"));
  const auto hold = b.request(sip::Method::invite);
  b.respond(*hold, 200, savp_answer(*hold, 5000, 'b', "recvonly"));
  const auto ok = a.response(200);
  EXPECT_EQ(ok->method(), sip::Method::update);
  EXPECT_EQ(sdp_of(*ok).direction_of(sdp_of(*ok).media[0]), sip::Direction::recvonly);
}

TEST(Update, PassesThroughAnEarlyDialog) {
  Exchange exchange;
  Phone& a = exchange.phone("100");
  Phone& b = exchange.phone("200");
  a.invite("200", savp(4000, 'a'), "Supported: 100rel\r\n");
  const auto invite = b.request(sip::Method::invite);
  b.respond(*invite, 183, savp_answer(*invite, 5000, 'b'), "Require: 100rel\r\nRSeq: 9\r\nAllow: UPDATE, PRACK\r\n");
  b.respond(*b.request(sip::Method::prack), 200);
  const auto early = a.response(183);
  a.send("PRACK", {}, "RAck: " + std::string(early->value(sip::HeaderId::rseq)) + " 1 INVITE\r\n");
  a.response(200);
  a.send("UPDATE", savp(4000, 'a', "sendonly"));
  const auto update = b.request(sip::Method::update);
  b.respond(*update, 200, savp_answer(*update, 5000, 'b', "recvonly"));
  EXPECT_EQ(a.response(200)->method(), sip::Method::update);
  b.respond(*invite, 200);
  b.request(sip::Method::ack);
  a.ack(*a.response(200));
  EXPECT_EQ(exchange.views().at(0).state, CallState::answered);
}

TEST(Update, WithoutDescriptionIsARefresh) {
  Exchange exchange;
  Phone& a = exchange.phone("100");
  Phone& b = exchange.phone("200");
  connect(a, b);
  a.send("UPDATE");
  a.response(200);
  EXPECT_TRUE(b.silent());
}

}  // namespace
}  // namespace cadenas::pbx::test
