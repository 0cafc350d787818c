// Calls whose media is on an external relay: it answers later, and may be lost while the call lasts.

#include "call_harness.hpp"

namespace cadenas::pbx::test {
namespace {

struct CallMedia : testing::Test {
  Exchange exchange;
  Phone& a = exchange.phone("100");
  Phone& b = exchange.phone("200");

  CallMedia() { exchange.media.answers_later = true; }

  std::uint64_t lose() {
    const std::uint64_t id = exchange.media.sessions.rbegin()->first;
    exchange.media.sessions[id].stats.lost = true;
    exchange.media.sessions[id].stats.relay = "127.0.0.1:2223";
    Calls::media_lost(exchange.services, {id});
    exchange.settle();
    return id;
  }
  static std::uint16_t port(const sip::MessageView& message) { return sdp_of(message).media.at(0).port; }
  void hang_up() {
    a.send("BYE");
    a.response(200);
    b.respond(*b.request(sip::Method::bye), 200);
    exchange.settle();
    EXPECT_EQ(exchange.counts().calls, 0U);
    EXPECT_EQ(exchange.media.open_sessions(), 0U);
  }
};

TEST_F(CallMedia, WaitsForARelayThatAnswersLater) {
  connect(a, b);
  EXPECT_EQ(exchange.views().at(0).state, CallState::answered);
  hang_up();
  ASSERT_EQ(exchange.records.size(), 1U);
}

TEST_F(CallMedia, RefusesTheCallWhereNoRelayIsToBeHad) {
  exchange.media.exhausted = true;
  a.invite("200", savp(4000, 'a'));
  a.response(503);
  EXPECT_EQ(exchange.media.open_sessions(), 0U);
}

TEST_F(CallMedia, MovesACallToAnotherSessionWithNewAddressesAndNewKeys) {
  connect(a, b);
  const std::uint64_t lost = lose();
  const auto to_a = a.request(sip::Method::invite);
  const std::uint64_t next = exchange.media.sessions.rbegin()->first;
  EXPECT_NE(next, lost);
  EXPECT_FALSE(exchange.media.sessions[lost].open);
  EXPECT_EQ(port(*to_a), 20000 + next * 4);
  a.respond(*to_a, 200, savp_answer(*to_a, 4000, 'c'));
  a.request(sip::Method::ack);
  const auto to_b = b.request(sip::Method::invite);
  EXPECT_EQ(port(*to_b), 20000 + next * 4 + 2);
  b.respond(*to_b, 200, savp_answer(*to_b, 5000, 'd'));
  b.request(sip::Method::ack);
  auto& moved = exchange.media.sessions[next];
  EXPECT_TRUE(moved.legs.at(media::Side::a).send.has_value());
  EXPECT_TRUE(moved.legs.at(media::Side::b).send.has_value());
  EXPECT_FALSE(*moved.legs.at(media::Side::a).send == *exchange.media.sessions[lost].legs.at(media::Side::a).send);
  const auto view = exchange.views().at(0);
  EXPECT_EQ(view.media_moves, 1U);
  EXPECT_FALSE(view.media_lost);
  hang_up();
}

TEST_F(CallMedia, WaitsWithTheMoveUntilAnOfferUnderWayIsAnswered) {
  connect(a, b);
  a.send("INVITE", savp(4000, 'a', "sendonly"));
  const auto hold = b.request(sip::Method::invite);
  lose();
  EXPECT_TRUE(a.silent()) << a.inbox();
  EXPECT_TRUE(exchange.views().at(0).media_lost);
  b.respond(*hold, 200, savp_answer(*hold, 5000, 'b', "recvonly"));
  b.request(sip::Method::ack);
  a.ack(*a.response(200));
  exchange.pass(base::Millis{1'100});
  const auto to_a = a.request(sip::Method::invite);
  EXPECT_EQ(sdp_of(*to_a).direction_of(sdp_of(*to_a).media[0]), sip::Direction::recvonly) << "held as before";
}

TEST_F(CallMedia, EndsTheCallWhoseMoveIsRefused) {
  connect(a, b);
  lose();
  a.respond(*a.request(sip::Method::invite), 488);
  a.request(sip::Method::ack);
  a.respond(*a.request(sip::Method::bye), 200);
  b.respond(*b.request(sip::Method::bye), 200);
  exchange.settle();
  ASSERT_EQ(exchange.records.size(), 1U);
  EXPECT_EQ(exchange.records[0].cause, "media lost");
}

TEST_F(CallMedia, SaysInTheRecordThatItsMediaWasLost) {
  connect(a, b);
  exchange.media.exhausted = true;  // no other relay either
  lose();
  EXPECT_TRUE(exchange.views().at(0).media_lost);
  EXPECT_EQ(exchange.views().at(0).relay, "127.0.0.1:2223");
  hang_up();
  EXPECT_NE(exchange.records.at(0).cause.find("media lost"), std::string::npos) << exchange.records.at(0).cause;
}

TEST_F(CallMedia, NeverLocksThePadlockOnTheWordOfARelay) {
  connect(a, b);
  auto& stats = exchange.media.last().stats;
  stats.relay = "127.0.0.1:2223";
  stats.a.rtp.rx_relayed = 500;
  stats.b.rtp.rx_relayed = 480;
  const CallView view = exchange.views().at(0);
  for (const LegView& leg : view.legs) {
    EXPECT_FALSE(leg.padlock);
    EXPECT_NE(leg.reason.find("external relay"), std::string::npos) << leg.reason;
    EXPECT_NE(leg.reason.find("no proof"), std::string::npos) << leg.reason;
  }
}

}  // namespace
}  // namespace cadenas::pbx::test
