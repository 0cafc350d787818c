#include <gmock/gmock.h>

#include "transaction_fixture.hpp"

namespace cadenas::sip {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ClientTransactions : public testing::TransactionTest {
 protected:
  /// The times, in ms from now, at which something is sent within `until`.
  std::vector<std::int64_t> sent_at(std::int64_t until) {
    std::vector<std::int64_t> times;
    for (std::int64_t now = 0; now < until; now += 100) {
      const auto before = sender.sent.size();
      advance(100);
      for (auto i = before; i < sender.sent.size(); ++i) times.push_back(now + 100);
    }
    return times;
  }
};

// RFC 3261 §8.1.1.7, §18.1.1, RFC 3581 §3.
TEST_F(ClientTransactions, RequestGetsAViaWithAFreshBranchOnTop) {
  layer.send_request(flow, outgoing("BYE"), client);
  layer.send_request(flow, outgoing("BYE"), client);
  const auto first = *Message::parse(sender.sent[0]);
  const auto second = *Message::parse(sender.sent[1]);
  EXPECT_TRUE(first->branch().starts_with("z9hG4bK"));
  EXPECT_NE(first->branch(), second->branch());
  EXPECT_EQ(first->sent_by(), "192.0.2.1:5060");
  EXPECT_EQ(first->via_transport(), "UDP");
  EXPECT_THAT(sender.sent[0], HasSubstr(";rport\r\n"));
}

// RFC 3261 §17.1.1.2: timer A at 0.5, 1.5, 3.5, 7.5, 15.5, 31.5 s; timer B at 32 s.
TEST_F(ClientTransactions, InviteOverUdpIsRepeatedDoublingAndTimesOutAfter64T1) {
  layer.send_request(flow, outgoing("INVITE"), client);
  EXPECT_THAT(sent_at(31900), ElementsAre(500, 1500, 3500, 7500, 15500, 31500));
  EXPECT_TRUE(client->failures.empty());
  advance(100);
  EXPECT_THAT(client->failures, ElementsAre(TransactionFailure::timeout));
  EXPECT_EQ(layer.client_transactions(), 0U);
}

// RFC 3261 §17.1.2.2: timer E at 0.5, 1.5, 3.5, 7.5, then every T2; timer F at 32 s.
TEST_F(ClientTransactions, NonInviteOverUdpIsRepeatedUpToEveryT2) {
  layer.send_request(flow, outgoing("BYE"), client);
  EXPECT_THAT(sent_at(31900), ElementsAre(500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500));
  advance(100);
  EXPECT_THAT(client->failures, ElementsAre(TransactionFailure::timeout));
}

TEST_F(ClientTransactions, NonInviteInProceedingIsRepeatedEveryT2AndStillTimesOut) {
  layer.send_request(flow, outgoing("BYE"), client);
  receive(answer(sender.last(), 100));
  EXPECT_THAT(sent_at(12000), ElementsAre(500, 4500, 8500));
  advance(20000);
  EXPECT_THAT(client->failures, ElementsAre(TransactionFailure::timeout));
}

TEST_F(ClientTransactions, NothingIsRepeatedOverAStream) {
  const Flow stream = flow_of(Transport::tls, 5);
  layer.send_request(stream, outgoing("INVITE"), client);
  layer.send_request(stream, outgoing("BYE"), client);
  EXPECT_TRUE(sent_at(31900).empty());
  advance(100);
  EXPECT_THAT(client->failures, ElementsAre(TransactionFailure::timeout, TransactionFailure::timeout));
}

TEST_F(ClientTransactions, ProvisionalEndsRetransmissionAndTimeoutOfAnInvite) {
  layer.send_request(flow, outgoing("INVITE"), client);
  receive(answer(sender.last(), 180));
  EXPECT_TRUE(sent_at(100000).empty());
  EXPECT_THAT(client->statuses, ElementsAre(180));
  EXPECT_TRUE(client->failures.empty());
}

// RFC 3261 §17.1.1.3 for the ACK, timer D for its repetition.
TEST_F(ClientTransactions, FailureIsAcknowledgedEachTimeAndReportedOnce) {
  layer.send_request(flow, outgoing("INVITE"), client);
  const std::string invite = sender.last();
  const std::string busy = answer(invite, 486);
  receive(busy);
  receive(busy);
  ASSERT_EQ(sender.sent.size(), 3U);
  EXPECT_EQ(sender.sent[1], sender.sent[2]);
  const auto sent = *Message::parse(invite);
  const auto ack = *Message::parse(sender.last());
  EXPECT_EQ(ack->method(), Method::ack);
  EXPECT_EQ(ack->branch(), sent->branch());
  EXPECT_EQ(ack->cseq(), sent->cseq());
  EXPECT_EQ(ack->to_tag(), "b");
  EXPECT_EQ(ack->request_uri(), sent->request_uri());
  EXPECT_EQ(ack->value(HeaderId::route), "<sip:proxy;lr>");
  EXPECT_THAT(client->statuses, ElementsAre(486));
  advance(31900);
  EXPECT_EQ(layer.client_transactions(), 1U);
  advance(100);
  EXPECT_EQ(layer.client_transactions(), 0U);
}

TEST_F(ClientTransactions, FailureOverAStreamEndsTheTransactionAtOnce) {
  const Flow stream = flow_of(Transport::tcp, 5);
  layer.send_request(stream, outgoing("INVITE"), client);
  receive(stream, answer(sender.last(), 404));
  EXPECT_EQ(layer.client_transactions(), 0U);
  EXPECT_EQ(first_line(sender.last()), "ACK sip:300@192.0.2.9 SIP/2.0");
  EXPECT_THAT(client->statuses, ElementsAre(404));
}

// RFC 6026 §7.2: forks and retransmissions of the 2xx reach the user until timer M.
TEST_F(ClientTransactions, EachFurther2xxReachesTheUserUntilTimerM) {
  layer.send_request(flow, outgoing("INVITE"), client);
  const std::string invite = sender.last();
  receive(answer(invite, 200, "fork1"));
  receive(answer(invite, 200, "fork2"));
  EXPECT_THAT(client->statuses, ElementsAre(200, 200));
  EXPECT_EQ(sender.sent.size(), 1U) << "the ACK to a 2xx is the user's";
  receive(answer(invite, 486, "fork3"));
  advance(32000);
  EXPECT_EQ(layer.client_transactions(), 0U);
  receive(answer(invite, 200, "fork1"));
  EXPECT_THAT(client->statuses, ElementsAre(200, 200));
  EXPECT_EQ(layer.counters().stray_responses.get(), 1U);
}

TEST_F(ClientTransactions, FinalResponseToNonInviteIsReportedOnceAndAbsorbedForTimerK) {
  layer.send_request(flow, outgoing("BYE"), client);
  const std::string ok = answer(sender.last(), 200);
  receive(ok);
  receive(ok);
  EXPECT_THAT(client->statuses, ElementsAre(200));
  advance(4900);
  EXPECT_EQ(layer.client_transactions(), 1U);
  advance(100);
  EXPECT_EQ(layer.client_transactions(), 0U);
}

// RFC 3261 §9.1.
TEST_F(ClientTransactions, CancelWaitsForAProvisionalResponse) {
  const auto invite = layer.send_request(flow, outgoing("INVITE"), client);
  const std::string sent = sender.last();
  layer.cancel(invite);
  EXPECT_EQ(sender.sent.size(), 1U);
  receive(answer(sent, 100));
  const auto cancel = *Message::parse(sender.last());
  EXPECT_EQ(cancel->method(), Method::cancel);
  EXPECT_EQ(cancel->branch(), invite->branch());
  EXPECT_EQ(cancel->cseq(), 7U);
  EXPECT_EQ(cancel->to_tag(), "");
  EXPECT_EQ(cancel->value(HeaderId::route), "<sip:proxy;lr>");
  receive(answer(sender.last(), 200));
  receive(answer(sent, 487));
  EXPECT_THAT(client->statuses, ElementsAre(100, 487)) << "the 200 to the CANCEL is not the INVITE's";
}

TEST_F(ClientTransactions, CancelIsRepeatedOverUdp) {
  const auto invite = layer.send_request(flow, outgoing("INVITE"), client);
  receive(answer(sender.last(), 180));
  layer.cancel(invite);
  layer.cancel(invite);
  EXPECT_THAT(sent_at(2000), ElementsAre(500, 1500));
}

TEST_F(ClientTransactions, CancelledInviteWithoutAnswerTimesOutAfter64T1) {
  const auto invite = layer.send_request(flow_of(Transport::tls, 5), outgoing("INVITE"), client);
  receive(invite->flow(), answer(sender.last(), 180));
  layer.cancel(invite);
  advance(32000);
  EXPECT_THAT(client->failures, ElementsAre(TransactionFailure::timeout));
}

TEST_F(ClientTransactions, CancelAfterTheFinalResponseDoesNothing) {
  const auto invite = layer.send_request(flow, outgoing("INVITE"), client);
  receive(answer(sender.last(), 200));
  layer.cancel(invite);
  EXPECT_EQ(sender.sent.size(), 1U);
}

TEST_F(ClientTransactions, SendingOnAClosedFlowFailsAfterTheCallReturned) {
  sender.closed = true;
  const auto made = layer.send_request(flow, outgoing("INVITE"), client);
  ASSERT_NE(made, nullptr);
  EXPECT_TRUE(client->failures.empty());
  loop.run_due();
  EXPECT_THAT(client->failures, ElementsAre(TransactionFailure::transport));
}

TEST_F(ClientTransactions, ClosedConnectionFailsItsOwnTransactionsOnly) {
  const Flow one = flow_of(Transport::tls, 1);
  const Flow two = flow_of(Transport::tls, 2);
  const auto other = std::make_shared<testing::RecordingClient>();
  layer.send_request(one, outgoing("INVITE"), client);
  layer.send_request(two, outgoing("INVITE"), other);
  layer.on_flow_closed(one, CloseReason::by_peer);
  EXPECT_THAT(client->failures, ElementsAre(TransactionFailure::transport));
  EXPECT_TRUE(other->failures.empty());
  EXPECT_EQ(server.flows_closed, 1);
}

// Nobody on another connection may answer for the callee.
TEST_F(ClientTransactions, ResponseByAnotherConnectionIsStray) {
  layer.send_request(flow_of(Transport::tls, 1), outgoing("BYE"), client);
  receive(flow_of(Transport::tls, 2), answer(sender.last(), 200));
  EXPECT_TRUE(client->statuses.empty());
  EXPECT_EQ(layer.counters().stray_responses.get(), 1U);
}

// RFC 3261 §17.1.3: branch and CSeq method.
TEST_F(ClientTransactions, ResponseWithAnotherMethodIsStray) {
  layer.send_request(flow, outgoing("BYE"), client);
  std::string ok = answer(sender.last(), 200);
  ok.replace(ok.find("7 BYE"), 5, "7 INFO");
  receive(ok);
  EXPECT_TRUE(client->statuses.empty());
}

TEST_F(ClientTransactions, TooManyAreRefusedWithoutTouchingTheOthers) {
  for (int i = 0; i < 3; ++i) layer.send_request(flow, outgoing("BYE"), client);
  layer.send_request(flow, outgoing("BYE"), client);
  loop.run_due();
  EXPECT_THAT(client->failures, ElementsAre(TransactionFailure::overload));
  EXPECT_EQ(layer.client_transactions(), 3U);
}

TEST_F(ClientTransactions, UserThatIsGoneIsNotCalled) {
  layer.send_request(flow, outgoing("BYE"), client);
  client.reset();
  receive(answer(sender.last(), 200));
  EXPECT_EQ(layer.counters().stray_responses.get(), 0U);
}

TEST_F(ClientTransactions, AckTo2xxGetsItsOwnBranch) {
  layer.send_request(flow, outgoing("INVITE"), client);
  const std::string branch((*Message::parse(sender.last()))->branch());
  ASSERT_TRUE(layer.send_ack(flow, outgoing("ACK")));
  EXPECT_NE((*Message::parse(sender.last()))->branch(), branch);
}

}  // namespace
}  // namespace cadenas::sip
