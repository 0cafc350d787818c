#include <gmock/gmock.h>

#include "transaction_fixture.hpp"

namespace cadenas::sip {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ServerTransactions : public testing::TransactionTest {
 protected:
  std::size_t sent_in(std::int64_t ms) {
    const auto before = sender.sent.size();
    advance(ms);
    return sender.sent.size() - before;
  }
};

TEST_F(ServerTransactions, InviteNotAnsweredAtOnceGets100) {
  receive(request("INVITE"));
  ASSERT_EQ(server.requests.size(), 1U);
  EXPECT_EQ(first_line(sender.last()), "SIP/2.0 100 Trying");
  EXPECT_EQ((*Message::parse(sender.last()))->to_tag(), "") << "100 makes no dialog";
}

// RFC 3261 §17.2.1: the last provisional response again, without bothering the user.
TEST_F(ServerTransactions, RetransmittedInviteGetsTheLastProvisionalAgain) {
  receive(request("INVITE"));
  server.requests[0]->respond(180);
  receive(request("INVITE"));
  EXPECT_EQ(server.requests.size(), 1U);
  EXPECT_EQ(sender.sent.size(), 3U);
  EXPECT_EQ(first_line(sender.last()), "SIP/2.0 180 Ringing");
  EXPECT_EQ(layer.counters().retransmissions.get(), 1U);
}

// Timer G 0.5, 1.5, 3.5, 7.5, then every 4 s; timer H at 32 s.
TEST_F(ServerTransactions, FailureToInviteIsRepeatedOverUdpUntilTimerH) {
  receive(request("INVITE"));
  server.requests[0]->respond(486);
  EXPECT_EQ(sent_in(31900), 10U);
  EXPECT_EQ(layer.server_transactions(), 1U);
  advance(100);
  EXPECT_EQ(layer.server_transactions(), 0U);
  EXPECT_EQ(layer.counters().timeouts.get(), 1U);
}

// ACK to 300-699 has the INVITE's branch; timer I absorbs its repetitions.
TEST_F(ServerTransactions, AckEndsRetransmissionOfTheFailureAndStaysBelow) {
  receive(request("INVITE"));
  server.requests[0]->respond(486);
  receive(request("ACK", "z9hG4bKone", server.requests[0]->local_tag()));
  EXPECT_EQ(server.requests[0]->state(), TransactionState::confirmed);
  EXPECT_EQ(sent_in(4900), 0U);
  receive(request("ACK", "z9hG4bKone", server.requests[0]->local_tag()));
  EXPECT_TRUE(server.acks.empty());
  EXPECT_EQ(layer.server_transactions(), 1U);
  advance(100);
  EXPECT_EQ(layer.server_transactions(), 0U);
}

TEST_F(ServerTransactions, AckOverAStreamEndsTheTransactionAtOnce) {
  const Flow stream = flow_of(Transport::tls, 4);
  receive(stream, request("INVITE"));
  server.requests[0]->respond(603);
  EXPECT_EQ(sent_in(5000), 0U) << "no timer G over a stream";
  receive(stream, request("ACK", "z9hG4bKone", "x"));
  EXPECT_EQ(layer.server_transactions(), 0U);
}

// RFC 3261 §13.3.1.4: the 2xx is repeated, over streams too, until the ACK.
TEST_F(ServerTransactions, SuccessIsRepeatedUntilAcknowledged) {
  for (const Transport transport : {Transport::udp, Transport::tls}) {
    const Flow by = flow_of(transport, transport == Transport::udp ? 0 : 9);
    receive(by, request("INVITE"));
    const auto invite = server.requests.back();
    invite->respond(200);
    EXPECT_EQ(sent_in(3500), 3U) << to_string(transport);
    invite->acknowledged();
    EXPECT_EQ(sent_in(28400), 0U);
    EXPECT_EQ(layer.server_transactions(), 1U);
    advance(100);
    EXPECT_EQ(layer.server_transactions(), 0U) << "timer L";
  }
  EXPECT_EQ(server.acks_missing, 0);
}

TEST_F(ServerTransactions, SuccessWithoutAckIsReportedAfter64T1) {
  receive(request("INVITE"));
  server.requests[0]->respond(200);
  advance(31900);
  EXPECT_EQ(server.acks_missing, 0);
  advance(100);
  EXPECT_EQ(server.acks_missing, 1);
  EXPECT_EQ(layer.server_transactions(), 0U);
}

// RFC 6026 §7.1: an INVITE after the 2xx is a retransmission, not a new call.
TEST_F(ServerTransactions, InviteRetransmittedAfterThe2xxIsAbsorbed) {
  receive(request("INVITE"));
  server.requests[0]->respond(200);
  receive(request("INVITE"));
  EXPECT_EQ(server.requests.size(), 1U);
}

TEST_F(ServerTransactions, AckTo2xxGoesToTheUser) {
  receive(request("INVITE"));
  server.requests[0]->respond(200);
  receive(request("ACK", "z9hG4bKother", server.requests[0]->local_tag()));
  receive(request("ACK", "z9hG4bKone", server.requests[0]->local_tag()));
  EXPECT_THAT(server.acks, ElementsAre("call", "call"));
}

TEST_F(ServerTransactions, NonInviteIsSilentUntilAnsweredAndAnsweredTheSameAfter) {
  receive(request("BYE", "z9hG4bKbye", "tag"));
  receive(request("BYE", "z9hG4bKbye", "tag"));
  EXPECT_TRUE(sender.sent.empty()) << "trying absorbs";
  server.requests[0]->respond(200);
  receive(request("BYE", "z9hG4bKbye", "tag"));
  ASSERT_EQ(sender.sent.size(), 2U);
  EXPECT_EQ(sender.sent[0], sender.sent[1]);
  EXPECT_EQ(server.requests.size(), 1U);
  advance(31900);
  EXPECT_EQ(layer.server_transactions(), 1U);
  advance(100);
  EXPECT_EQ(layer.server_transactions(), 0U) << "timer J";
}

TEST_F(ServerTransactions, NonInviteOverAStreamEndsWithItsAnswer) {
  receive(flow_of(Transport::tcp, 3), request("BYE", "z9hG4bKbye", "tag"));
  server.requests[0]->respond(200);
  EXPECT_EQ(layer.server_transactions(), 0U);
  EXPECT_TRUE(server.requests[0]->answered());
}

TEST_F(ServerTransactions, SecondFinalResponseIsIgnored) {
  receive(request("BYE", "z9hG4bKbye", "tag"));
  server.requests[0]->respond(200);
  server.requests[0]->respond(500);
  EXPECT_EQ(sender.sent.size(), 1U);
  EXPECT_EQ(server.requests[0]->last_status(), 200);
}

// RFC 3261 §9.2.
TEST_F(ServerTransactions, CancelIsAnswered200WithTheInvitesTagAndToldOnce) {
  receive(request("INVITE"));
  receive(request("CANCEL"));
  EXPECT_EQ(first_line(sender.last()), "SIP/2.0 200 OK");
  EXPECT_EQ((*Message::parse(sender.last()))->to_tag(), server.requests[0]->local_tag());
  receive(request("CANCEL"));
  EXPECT_EQ(server.cancelled.size(), 1U);
  EXPECT_TRUE(server.requests[0]->cancelled());
  server.requests[0]->respond(487);
  EXPECT_EQ((*Message::parse(sender.last()))->to_tag(), server.requests[0]->local_tag());
}

TEST_F(ServerTransactions, CancelAfterTheFinalResponseChangesNothing) {
  receive(request("INVITE"));
  server.requests[0]->respond(200);
  receive(request("CANCEL"));
  EXPECT_EQ(first_line(sender.last()), "SIP/2.0 200 OK");
  EXPECT_TRUE(server.cancelled.empty());
}

TEST_F(ServerTransactions, CancelWithoutInviteGets481) {
  receive(request("CANCEL"));
  EXPECT_THAT(first_line(sender.last()), HasSubstr("481"));
  EXPECT_TRUE(server.cancelled.empty());
}

// A phone cannot cancel the call of another one by guessing its branch.
TEST_F(ServerTransactions, CancelByAnotherConnectionGets481) {
  receive(flow_of(Transport::tls, 1), request("INVITE"));
  receive(flow_of(Transport::tls, 2), request("CANCEL"));
  EXPECT_THAT(first_line(sender.last()), HasSubstr("481"));
  EXPECT_TRUE(server.cancelled.empty());
}

// RFC 3261 §17.2.3: the same branch from another sent-by is another transaction.
TEST_F(ServerTransactions, SentByIsPartOfTheTransaction) {
  receive(request("INVITE"));
  std::string other = request("INVITE");
  other.replace(other.find("192.0.2.9:5062"), 14, "192.0.2.8:5062");
  receive(other);
  EXPECT_EQ(server.requests.size(), 2U);
}

// RFC 3261 §17.2.3, second half: clients of RFC 2543 have no branch, or one without the cookie.
TEST_F(ServerTransactions, Rfc2543ClientIsMatchedByItsFields) {
  for (const std::string_view branch : {"", "1"}) {
    server.requests.clear();
    receive(request("INVITE", branch));
    receive(request("INVITE", branch));
    ASSERT_EQ(server.requests.size(), 1U) << "a retransmission";
    server.requests[0]->respond(486);
    receive(request("CANCEL", branch));
    EXPECT_EQ(first_line(sender.last()), "SIP/2.0 200 OK");
    receive(request("ACK", branch, server.requests[0]->local_tag()));
    EXPECT_EQ(server.requests[0]->state(), TransactionState::confirmed);
    receive(request("INVITE", branch, "", 2));
    EXPECT_EQ(server.requests.size(), 2U) << "another CSeq is another request";
    advance(40000);
    server.requests[1]->respond(480);
    advance(40000);
  }
}

// RFC 3261 §8.2.7.
TEST_F(ServerTransactions, RegisterAndOptionsOutsideADialogLeaveNoTransaction) {
  receive(request("REGISTER"));
  receive(request("REGISTER"));
  receive(request("OPTIONS", "z9hG4bKo"));
  EXPECT_THAT(server.stateless, ElementsAre("REGISTER", "REGISTER", "OPTIONS"));
  EXPECT_EQ(layer.server_transactions(), 0U);
  receive(request("OPTIONS", "z9hG4bKp", "tag"));
  EXPECT_EQ(server.requests.size(), 1U) << "within a dialog it is a transaction";
}

TEST_F(ServerTransactions, StatelessTagIsTheSameForARetransmissionOnly) {
  const auto tag = [&](std::string text) { return layer.stateless_to_tag(*MessageView::parse(text)); };
  EXPECT_EQ(tag(request("REGISTER")), tag(request("REGISTER")));
  EXPECT_NE(tag(request("REGISTER")), tag(request("REGISTER", "z9hG4bKtwo")));
  EXPECT_EQ(tag(request("REGISTER")).size(), 16U);
}

// RFC 3261 §18.2.1, RFC 3581 §4.
TEST_F(ServerTransactions, ResponseNotesReceivedAndRport) {
  receive(request("BYE", "z9hG4bKbye", "tag"));
  server.requests[0]->respond(200);
  const auto response = *Message::parse(sender.last());
  EXPECT_THAT(std::string(response->value(HeaderId::via)), HasSubstr("rport=40000"));
  EXPECT_THAT(std::string(response->value(HeaderId::via)), HasSubstr("received=192.0.2.9"));
}

TEST_F(ServerTransactions, BeyondTheLimitRequestsGet503WithRetryAfter) {
  for (int i = 0; i < 3; ++i) receive(request("INVITE", "z9hG4bK" + std::to_string(i)));
  receive(request("INVITE", "z9hG4bKmore"));
  EXPECT_THAT(first_line(sender.last()), HasSubstr("503"));
  EXPECT_EQ((*Message::parse(sender.last()))->value(HeaderId::retry_after), "10");
  EXPECT_EQ(server.requests.size(), 3U);
  EXPECT_EQ(layer.counters().overloaded.get(), 1U);
  receive(request("REGISTER", "z9hG4bKreg"));
  EXPECT_EQ(server.stateless.size(), 1U);
}

TEST_F(ServerTransactions, UnknownMethodAndUnknownRequireAreRefusedBelowTheUser) {
  receive(request("FROBNICATE"));
  EXPECT_THAT(first_line(sender.last()), HasSubstr("501"));
  receive(request("MESSAGE", "z9hG4bKm"));
  EXPECT_THAT(first_line(sender.last()), HasSubstr("405"));
  EXPECT_FALSE((*Message::parse(sender.last()))->value(HeaderId::allow).empty());
  std::string demanding = request("INVITE", "z9hG4bKr");
  demanding.insert(demanding.find("Max-"), "Require: nothingSupportsThis\r\n");
  receive(demanding);
  EXPECT_THAT(first_line(sender.last()), HasSubstr("420"));
  EXPECT_EQ((*Message::parse(sender.last()))->value(HeaderId::unsupported), "nothingSupportsThis");
  EXPECT_TRUE(server.requests.empty());
}

TEST_F(ServerTransactions, MalformedRequestGets400AndAMalformedAckNothing) {
  const auto feed = [&](std::string text) {
    std::optional<MessageView> partial;
    const auto message = MessageView::parse(text, {}, &partial);
    ASSERT_FALSE(message);
    layer.on_bad_message(flow, message.error(), partial ? 400 : 0, partial ? &*partial : nullptr);
  };
  std::string bad = request("INVITE");
  bad.replace(bad.find("70"), 2, "no");
  feed(bad);
  EXPECT_EQ(first_line(sender.last()).substr(0, 11), "SIP/2.0 400");
  std::string bad_ack = request("ACK");
  bad_ack.replace(bad_ack.find("70"), 2, "no");
  feed(bad_ack);
  EXPECT_EQ(sender.sent.size(), 1U);
}

TEST_F(ServerTransactions, ClosedConnectionEndsItsTransactionsAndRespondingDoesNothing) {
  receive(flow_of(Transport::tls, 1), request("INVITE"));
  receive(flow_of(Transport::tls, 2), request("INVITE"));
  const auto sent = sender.sent.size();
  layer.on_flow_closed(flow_of(Transport::tls, 1), CloseReason::by_peer);
  EXPECT_EQ(layer.server_transactions(), 1U);
  server.requests[0]->respond(200);
  EXPECT_EQ(sender.sent.size(), sent);
  EXPECT_EQ(server.flows_closed, 1);
}

TEST_F(ServerTransactions, FlowFoundClosedWhenSendingEndsTheTransaction) {
  receive(flow_of(Transport::tls, 1), request("INVITE"));
  sender.closed = true;
  server.requests[0]->respond(200);
  EXPECT_EQ(layer.server_transactions(), 0U);
  advance(60000);
  EXPECT_EQ(server.acks_missing, 0);
}

TEST_F(ServerTransactions, TransactionOutlivesItsLayerHarmlessly) {
  auto own = std::make_unique<TransactionLayer>(loop, sender, server, abilities);
  std::string text = request("INVITE");
  own->on_message(flow, *MessageView::parse(text));
  server.requests[0]->respond(486);
  own.reset();
  const auto sent = sender.sent.size();
  server.requests[0]->respond(200);
  advance(60000);
  EXPECT_EQ(sender.sent.size(), sent);
  EXPECT_EQ(server.requests[0]->request().call_id(), "call");
}

}  // namespace
}  // namespace cadenas::sip
