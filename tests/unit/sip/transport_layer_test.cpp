#include <gmock/gmock.h>

#include "transport_fixture.hpp"

namespace cadenas::sip {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class Transports : public testing::TransportTest {
 protected:
  using Client = testing::Client;
};

TEST_F(Transports, DatagramsAreAnsweredToWhereTheyCameFrom) {
  const Client phone(SOCK_DGRAM, listen(Transport::udp));
  for (int i = 0; i < 40; ++i) phone.write(request());
  for (int i = 0; i < 40; ++i) EXPECT_THAT(phone.read_until("\r\n\r\n"), StartsWith("SIP/2.0 200"));
  EXPECT_EQ(layer->counters().messages_in.get(), 40U);
  EXPECT_EQ(user->last_flow.transport, Transport::udp);
}

TEST_F(Transports, KeepAliveDatagramsAreCountedAndDropped) {
  const Client phone(SOCK_DGRAM, listen(Transport::udp));
  phone.write("\r\n\r\n");
  phone.write(std::string_view("\0\0\0\0", 4));
  phone.write(request());
  EXPECT_THAT(phone.read_until("\r\n\r\n"), StartsWith("SIP/2.0 200"));
  EXPECT_EQ(layer->counters().keep_alives.get(), 2U);
}

// Issue 2, "Bad input": a clear answer or a counted drop.
TEST_F(Transports, BadDatagramIsAnsweredOrCounted) {
  const Client phone(SOCK_DGRAM, listen(Transport::udp));
  phone.write("hello, is this the web?");
  std::string bad = request();
  bad.replace(bad.find("70"), 2, "-1");
  phone.write(bad);
  EXPECT_THAT(phone.read_until("\r\n\r\n"), StartsWith("SIP/2.0 400"));
  std::string ack = request("ACK");
  ack.replace(ack.find("70"), 2, "-1");
  phone.write(ack);
  phone.write(request());
  EXPECT_THAT(phone.read_until("\r\n\r\n"), StartsWith("SIP/2.0 200")) << "nothing answers the ACK";
  EXPECT_EQ(layer->counters().bad_messages.get(), 3U);
}

TEST_F(Transports, MessageInSingleOctetsIsOneMessage) {
  const Client phone(SOCK_STREAM, listen(Transport::tcp));
  for (const char c : request("MESSAGE", "body")) phone.write({&c, 1});
  EXPECT_THAT(phone.read_until("\r\n\r\n"), StartsWith("SIP/2.0 200"));
  EXPECT_EQ(user->messages, 1);
}

TEST_F(Transports, PipelinedMessagesAreAnsweredInOrder) {
  const Client phone(SOCK_STREAM, listen(Transport::tcp));
  std::string many;
  for (int i = 0; i < 200; ++i) many += request();
  phone.write(many);
  std::string answers;
  for (std::size_t seen = 0; seen < 200;) {
    answers += phone.read_until("\r\n\r\n");
    seen = 0;
    for (auto at = answers.find("SIP/2.0 200"); at != std::string::npos; at = answers.find("SIP/2.0 200", at + 1))
      ++seen;
  }
  EXPECT_EQ(user->messages, 200);
}

// RFC 5626 §3.5.1.
TEST_F(Transports, PingIsAnsweredWithPong) {
  const Client phone(SOCK_STREAM, listen(Transport::tcp));
  phone.write("\r\n\r\n");
  EXPECT_EQ(phone.read_until("\r\n"), "\r\n");
}

TEST_F(Transports, RequestGoesOutByTheFlowThePhoneOpened) {
  const Client phone(SOCK_STREAM, listen(Transport::tcp));
  phone.write(request("REGISTER"));
  phone.read_until("\r\n\r\n");
  on_loop([&] { EXPECT_TRUE(layer->send(user->last_flow, request("INVITE"))); });
  EXPECT_THAT(phone.read_until("\r\n\r\n"), StartsWith("INVITE"));
}

TEST_F(Transports, SendingOnAClosedFlowIsAnError) {
  {
    const Client phone(SOCK_STREAM, listen(Transport::tcp));
    phone.write(request());
    phone.read_until("\r\n\r\n");
  }
  user->wait([&] { return !user->closed.empty(); });
  EXPECT_THAT(user->closed, ElementsAre(CloseReason::by_peer));
  on_loop([&] { EXPECT_EQ(layer->send(user->last_flow, "x").error().code, "flow.closed"); });
}

TEST_F(Transports, ClosingWithinTheMessageCallbackIsSafe) {
  user->instead = [&](const Flow& flow, const MessageView&) { layer->close(flow); };
  const Client phone(SOCK_STREAM, listen(Transport::tcp));
  phone.write(request() + request());
  EXPECT_EQ(phone.read_to_end(), "");
  user->wait([&] { return !user->closed.empty(); });
  EXPECT_EQ(user->messages, 1);
  EXPECT_THAT(user->closed, ElementsAre(CloseReason::by_us));
}

TEST_F(Transports, NoiseOnAStreamIsClosedAndABadMessageOfAPhoneIsNot) {
  const auto at = listen(Transport::tcp);
  const Client noise(SOCK_STREAM, at);
  noise.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(noise.read_to_end(), "");
  const Client phone(SOCK_STREAM, at);
  std::string bad = request();
  bad.replace(bad.find("70"), 2, "-1");
  phone.write(bad + request());
  EXPECT_THAT(phone.read_until("SIP/2.0 200"), StartsWith("SIP/2.0 400"));
}

TEST_F(Transports, TooLargeBodyIsAnswered413BeforeItIsSentAndClosed) {
  const Client phone(SOCK_STREAM, listen(Transport::tcp));
  std::string big = request("MESSAGE");
  big.replace(big.find("Content-Length: 0"), 17, "Content-Length: 9999999");
  phone.write(big + std::string(5000, 'x'));
  EXPECT_THAT(phone.read_to_end(), StartsWith("SIP/2.0 413"));
}

// Issue 2, "Bad input": 1,000 connections that send nothing.
TEST_F(Transports, SilentConnectionsAreRefusedBeyondTheLimitAndEndWhileAnotherFlowWorks) {
  TransportLimits limits;
  limits.connections = 201;
  start(limits);
  const auto at = listen(Transport::tcp);
  const Client phone(SOCK_STREAM, at);
  phone.write(request());
  phone.read_until("\r\n\r\n");
  {
    std::vector<Client> silent;
    for (int i = 0; i < 1000; ++i) silent.emplace_back(SOCK_STREAM, at);
    until([&] { return layer->counters().accepted.get() == 1001; });
    EXPECT_EQ(connections(), 201U);
    EXPECT_EQ(layer->counters().refused.get(), 800U);
    EXPECT_EQ(closed(CloseReason::overload), 800U);
    phone.write(request());
    EXPECT_THAT(phone.read_until("\r\n\r\n"), StartsWith("SIP/2.0 200"));
    advance(base::Millis{29'000});
    EXPECT_EQ(connections(), 201U);
    advance(base::Millis{1'000});
    EXPECT_EQ(connections(), 1U);
    EXPECT_EQ(closed(CloseReason::silent), 200U);
  }
  phone.write(request());
  EXPECT_THAT(phone.read_until("\r\n\r\n"), StartsWith("SIP/2.0 200"));
  on_loop([&] { EXPECT_TRUE(user->closed.empty()) << "nobody hears of flows that never said anything"; });
}

TEST_F(Transports, OneSourceCannotTakeEveryConnection) {
  TransportLimits limits;
  limits.connections_per_source = 2;
  start(limits);
  const auto at = listen(Transport::tcp);
  const Client one(SOCK_STREAM, at);
  const Client two(SOCK_STREAM, at);
  const Client three(SOCK_STREAM, at);
  EXPECT_EQ(three.read_to_end(), "");
  EXPECT_EQ(connections(), 2U);
}

TEST_F(Transports, MessageNeverEndedIsClosed) {
  const Client phone(SOCK_STREAM, listen(Transport::tcp));
  phone.write(request());
  phone.read_until("\r\n\r\n");
  phone.write("INVITE sip:a SIP/2.0\r\nVia: ");
  until([&] { return layer->connections() == 1; });
  // Octet by octet does not help: the limit counts from the first.
  for (int i = 0; i < 40; ++i) {
    if (::send(phone.fd(), "x", 1, MSG_NOSIGNAL) != 1) break;
    advance(base::Millis{1'000});
  }
  until([&] { return layer->connections() == 0; });
  EXPECT_EQ(closed(CloseReason::stalled), 1U);
}

TEST_F(Transports, IdlePhoneIsKeptUntilTheIdleTimeout) {
  const Client phone(SOCK_STREAM, listen(Transport::tcp));
  phone.write(request());
  phone.read_until("\r\n\r\n");
  advance(base::Millis{7'199'000});
  EXPECT_EQ(connections(), 1U);
  advance(base::Millis{1'000});
  EXPECT_EQ(connections(), 0U);
  EXPECT_EQ(closed(CloseReason::idle), 1U);
}

TEST_F(Transports, PeerThatDoesNotReadIsClosedAtTheQueueLimit) {
  TransportLimits limits;
  limits.send_queue_octets = 100'000;
  start(limits);
  const Client phone(SOCK_STREAM, listen(Transport::tcp));
  phone.write(request());
  phone.read_until("\r\n\r\n");
  const std::string block(50'000, 'x');
  std::string code;
  on_loop([&] {
    for (int i = 0; i < 10'000 && code.empty(); ++i) {
      if (const auto sent = layer->send(user->last_flow, block); !sent) code = sent.error().code;
    }
  });
  EXPECT_EQ(code, "flow.congested");
  EXPECT_EQ(closed(CloseReason::send_queue), 1U);
}

TEST_F(Transports, QueuedOctetsArriveWholeWhenThePeerReads) {
  TransportLimits limits;
  limits.send_queue_octets = 64 << 20;
  start(limits);
  const Client phone(SOCK_STREAM, listen(Transport::tcp));
  phone.write(request());
  phone.read_until("\r\n\r\n");
  on_loop([&] {
    for (int i = 0; i < 60; ++i) ASSERT_TRUE(layer->send(user->last_flow, std::string(50'000, 'x')));
    ASSERT_TRUE(layer->send(user->last_flow, "END"));
  });
  EXPECT_EQ(phone.read_until("END").size(), 60U * 50'000U + 3U);
}

TEST_F(Transports, UdpNeedsAConcreteAddress) {
  on_loop([&] {
    EXPECT_EQ(layer->listen(Transport::udp, *base::Endpoint::parse("0.0.0.0", 0)).error().code, "transport.wildcard");
    EXPECT_EQ(layer->listen(Transport::tls, *base::Endpoint::parse("127.0.0.1", 0)).error().code,
              "transport.no-certificate");
    EXPECT_EQ(layer->listen(Transport::tcp, *base::Endpoint::parse("192.0.2.77", 0)).error().code, "transport.listen");
  });
}

TEST_F(Transports, StoppedListenerLeavesConnectionsUnlessTold) {
  const Client phone(SOCK_STREAM, listen(Transport::tcp));
  phone.write(request());
  phone.read_until("\r\n\r\n");
  on_loop([&] { layer->stop_listening(Transport::tcp); });
  EXPECT_EQ(connections(), 1U);
  on_loop([&] { layer->stop_listening(Transport::tcp, true); });
  EXPECT_EQ(phone.read_to_end(), "");
  EXPECT_EQ(connections(), 0U);
}

TEST_F(Transports, OutboundConnectionReportsItsFlowOrWhyNot) {
  const auto at = listen(Transport::tcp);
  std::promise<base::Result<Flow>> up;
  on_loop([&] { layer->connect(Transport::tcp, at, {}, [&](base::Result<Flow> flow) { up.set_value(flow); }); });
  const auto flow = up.get_future().get();
  ASSERT_TRUE(flow);
  EXPECT_EQ(flow->remote, at);
  EXPECT_TRUE(flow->local.is_set());
  on_loop([&] { EXPECT_TRUE(layer->send(*flow, request())); });
  user->wait([&] { return user->messages == 2; });  // the request, and the 200 to it

  on_loop([&] { layer->stop_listening(Transport::tcp); });
  std::promise<base::Result<Flow>> refused;
  on_loop([&] { layer->connect(Transport::tcp, at, {}, [&](base::Result<Flow> f) { refused.set_value(f); }); });
  EXPECT_EQ(refused.get_future().get().error().code, "connect.failed");
}

TEST_F(Transports, ConnectToAPeerThatNeverShakesHandsTimesOut) {
  const auto at = listen(Transport::tcp);
  auto context = pki::TlsClientContext::make({.verify_server = false});
  ASSERT_TRUE(context);
  const std::shared_ptr<const pki::TlsClientContext> tls = std::move(*context);
  std::promise<base::Result<Flow>> result;
  on_loop([&] {
    layer->connect(Transport::tls, at, {tls, ""}, [&](base::Result<Flow> flow) { result.set_value(flow); });
  });
  // The listener speaks TCP only and takes the ClientHello for noise, or for a message that does not end.
  advance(base::Millis{40'000});
  EXPECT_FALSE(result.get_future().get());
}

// The test for two loops on one address: what one loop is sent by a source, it keeps being sent.
TEST(TransportLayers, LoopsShareAnAddressAndASourceStaysOnItsLoop) {
  const base::SystemClock clock;
  base::Loops loops(2, clock);
  testing::EchoUser users[2];
  std::unique_ptr<TransportLayer> layers[2];
  base::Endpoint at = *base::Endpoint::parse("127.0.0.1", 0);
  for (unsigned i = 0; i < 2; ++i) {
    layers[i] = std::make_unique<TransportLayer>(loops.at(i), users[i]);
    users[i].layer = layers[i].get();
    at = *layers[i]->listen(Transport::udp, at);
  }
  loops.start();
  const std::string text =
      "OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bKx\r\nMax-Forwards: 70\r\nFrom: <sip:a@b>;tag=1\r\n"
      "To: <sip:a@b>\r\nCall-ID: c\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n";
  for (int source = 0; source < 8; ++source) {
    const testing::Client phone(SOCK_DGRAM, at);
    const auto seen = [&] {
      const std::lock_guard lock(users[0].mutex);
      return users[0].messages;
    };
    const int before = seen();
    for (int i = 0; i < 5; ++i) {
      phone.write(text);
      EXPECT_THAT(phone.read_until("\r\n\r\n"), HasSubstr("200"));
    }
    EXPECT_THAT(seen() - before, ::testing::AnyOf(0, 5));
  }
  loops.stop();
}

}  // namespace
}  // namespace cadenas::sip
