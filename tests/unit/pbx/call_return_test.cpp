// A phone loses its connection in a call and comes back on another: the call goes on.

#include "call_harness.hpp"
#include "pbx/returned_flow.hpp"

namespace cadenas::pbx::test {
namespace {

/// 100 and 200 talk; 100 on the first loop.
struct Return : testing::Test {
  Exchange exchange{2};
  Phone& a = exchange.phone("100");
  Phone& b = exchange.phone("200");

  Return() { connect(a, b); }

  /// The same phone on a new connection, of whatever loop the kernel chose, registered again.
  Phone& back(unsigned loop = 1) {
    const auto dialog = a.dialog;
    Phone& again = exchange.phone("100", sip::Transport::tls, loop);
    again.dialog = dialog;
    return again;
  }
  void nothing_is_left() {
    exchange.pass(base::Millis{70'000});
    EXPECT_EQ(exchange.counts().calls, 0U);
    EXPECT_EQ(exchange.counts().legs, 0U);
    EXPECT_EQ(exchange.transactions(), 0U);
    EXPECT_EQ(exchange.media.open_sessions(), 0U);
  }
};

TEST_F(Return, GoesOnWithTheCallAndItsVoiceIsNeverTouched) {
  const int configured = exchange.media.last().configured[media::Side::a];
  exchange.close(a);
  exchange.pass(base::Millis{5'000});
  EXPECT_EQ(exchange.counts().calls, 1U);
  Phone& again = back();
  exchange.pass(base::Millis{500});
  again.respond(*again.request(sip::Method::options), 200);
  EXPECT_EQ(exchange.media.last().configured[media::Side::a], configured);
  EXPECT_TRUE(b.silent());
  again.send("BYE");
  again.response(200);
  b.respond(*b.request(sip::Method::bye), 200);
  EXPECT_EQ(exchange.records.at(0).cause, "bye");
  nothing_is_left();
}

TEST_F(Return, IsReachedByTheOtherPartyOnItsNewConnection) {
  exchange.close(a);
  Phone& again = back();
  exchange.pass(base::Millis{500});
  again.respond(*again.request(sip::Method::options), 200);
  b.send("INVITE", savp(5000, 'b', "sendonly"));
  const auto hold = again.request(sip::Method::invite);
  again.respond(*hold, 200, savp_answer(*hold, 4000, 'a', "recvonly"));
  again.request(sip::Method::ack);
  b.ack(*b.response(200));
  b.send("BYE");
  b.response(200);
  again.respond(*again.request(sip::Method::bye), 200);
  nothing_is_left();
}

TEST_F(Return, ShowsTheNewConnectionInTheView) {
  exchange.close(a);
  Phone& again = back();
  exchange.pass(base::Millis{500});
  again.respond(*again.request(sip::Method::options), 200);
  const auto views = exchange.views();
  ASSERT_EQ(views.size(), 1U);
  EXPECT_EQ(views[0].legs.at(0).remote, again.flow.remote.to_string());
}

TEST_F(Return, IsWaitedForNoLongerThanIsConfigured) {
  exchange.close(a);
  exchange.pass(base::Millis{29'000});
  EXPECT_TRUE(b.silent());
  exchange.pass(base::Millis{2'000});
  b.respond(*b.request(sip::Method::bye), 200);
  EXPECT_EQ(exchange.records.at(0).cause, "flow closed");
  nothing_is_left();
}

TEST_F(Return, OfAPhoneThatWasStartedAnewEndsTheCall) {
  exchange.close(a);
  Phone& again = back();
  exchange.pass(base::Millis{500});
  again.respond(*again.request(sip::Method::options), 481);
  b.respond(*b.request(sip::Method::bye), 200);
  nothing_is_left();
}

TEST_F(Return, IsNotTakenForThatOfAnotherPhoneOfTheNumber) {
  Phone& mobile = exchange.phone("100", sip::Transport::tls, 1);
  exchange.close(a);
  exchange.pass(base::Millis{1'000});
  EXPECT_TRUE(mobile.silent());
  exchange.pass(base::Millis{31'000});
  EXPECT_TRUE(mobile.silent());
  b.respond(*b.request(sip::Method::bye), 200);
  nothing_is_left();
}

TEST_F(Return, IsNotWaitedForWhereTheOtherPartyHangsUp) {
  exchange.close(a);
  b.send("BYE");
  b.response(200);
  EXPECT_EQ(exchange.counts().calls, 0U);
  Phone& again = back();
  exchange.pass(base::Millis{1'000});
  EXPECT_TRUE(again.silent());
  nothing_is_left();
}

TEST_F(Return, AnswersWhatTheOtherPartyAsksMeanwhile) {
  exchange.close(a);
  b.send("INVITE", savp(5000, 'b', "sendonly"));
  b.ack(*b.response(480));
  EXPECT_EQ(exchange.counts().calls, 1U);
  Phone& again = back();
  exchange.pass(base::Millis{500});
  again.respond(*again.request(sip::Method::options), 200);
  again.send("BYE");
  again.response(200);
  b.respond(*b.request(sip::Method::bye), 200);
  nothing_is_left();
}

TEST_F(Return, AnswersTheOtherPartyWhoseOfferWasUnderWay) {
  b.send("INVITE", savp(5000, 'b', "sendonly"));
  a.request(sip::Method::invite);
  exchange.close(a);
  b.ack(*b.response(480));
  EXPECT_EQ(exchange.counts().calls, 1U);
  b.send("BYE");
  b.response(200);
  nothing_is_left();
}

TEST_F(Return, KeepsACallOfWhichBothConnectionsAreLost) {
  exchange.close(a);
  exchange.close(b);
  const auto dialog = b.dialog;
  Phone& a_again = back(0);
  Phone& b_again = exchange.phone("200", sip::Transport::tls, 1);
  b_again.dialog = dialog;
  exchange.pass(base::Millis{500});
  a_again.respond(*a_again.request(sip::Method::options), 200);
  b_again.respond(*b_again.request(sip::Method::options), 200);
  b_again.send("BYE");
  b_again.response(200);
  a_again.respond(*a_again.request(sip::Method::bye), 200);
  nothing_is_left();
}

struct ReturnedFlow : testing::Test {
  static sip::Flow flow(std::uint64_t connection, const std::string& host,
                        sip::Transport transport = sip::Transport::tls) {
    sip::Flow out;
    out.transport = transport;
    out.connection = connection;
    out.remote = *base::Endpoint::parse(host, static_cast<std::uint16_t>(40'000 + connection));
    return out;
  }
  static Binding binding(const std::string& contact, sip::Flow by) {
    Binding out;
    out.contact_uri = contact;
    out.flow = std::move(by);
    return out;
  }
  const LostParty lost{flow(1, "198.51.100.1"), "sip:100@198.51.100.1:5061", {1, 2}};
  std::optional<std::uint64_t> found(const std::vector<Binding>& bindings) const {
    const auto back = returned_flow(bindings, lost);
    return back ? std::optional(back->connection) : std::nullopt;
  }
};

TEST_F(ReturnedFlow, IsNoneOfThoseKnownBefore) {
  EXPECT_EQ(found({binding("sip:100@198.51.100.1:5061", flow(2, "198.51.100.1"))}), std::nullopt);
}

TEST_F(ReturnedFlow, IsThatWithTheContactOfTheDialogAmongSeveral) {
  EXPECT_EQ(found({binding("sip:100@198.51.100.1:7777", flow(3, "198.51.100.1")),
                   binding("sip:100@198.51.100.1:5061", flow(4, "198.51.100.9"))}),
            4U);
}

TEST_F(ReturnedFlow, IsThatFromTheSameAddress) {
  EXPECT_EQ(found({binding("sip:100@198.51.100.9:1", flow(3, "198.51.100.9")),
                   binding("sip:100@198.51.100.1:2", flow(4, "198.51.100.1"))}),
            4U);
}

TEST_F(ReturnedFlow, IsThatOfAPhoneThatChangedItsAddressWhereItIsTheOnlyOne) {
  EXPECT_EQ(found({binding("sip:100@198.51.100.9:1", flow(3, "198.51.100.9"))}), 3U);
  EXPECT_EQ(found({binding("sip:100@198.51.100.9:1", flow(3, "198.51.100.9")),
                   binding("sip:100@198.51.100.8:1", flow(4, "198.51.100.8"))}),
            std::nullopt);
}

TEST_F(ReturnedFlow, IsNeverOfAnotherTransportOrUser) {
  EXPECT_EQ(found({binding("sip:100@198.51.100.1:5061", flow(3, "198.51.100.1", sip::Transport::tcp))}), std::nullopt);
  EXPECT_EQ(found({binding("sip:other@198.51.100.1:1", flow(3, "198.51.100.1"))}), std::nullopt);
}

}  // namespace
}  // namespace cadenas::pbx::test
