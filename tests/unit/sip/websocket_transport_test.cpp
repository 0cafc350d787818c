#include <gmock/gmock.h>

#include "tls_client.hpp"
#include "websocket_peer.hpp"

namespace cadenas::sip {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using testing::TlsClient;
using testing::WebSocketPeer;

/// A browser on this machine: OpenSSL and wslay.
class Browser {
 public:
  explicit Browser(const base::Endpoint& to) : tls_(to) {
    tls_.write(testing::upgrade_request);
    answer = tls_.read_until("\r\n\r\n");
  }
  void say(const std::string& message) { tls_.write(socket_.text(message)); }
  void write(std::string_view octets) { tls_.write(octets); }
  /// The next message, pong or close; empty text if the stream ended.
  WebSocketPeer::Received hear() {
    while (socket_.received.empty()) {
      const std::string octets = tls_.read_some();
      if (octets.empty()) return {};
      socket_.hear(octets);
    }
    auto first = socket_.received.front();
    socket_.received.pop_front();
    return first;
  }
  /// Nothing more comes: the server closed, with close_notify.
  bool at_end() { return tls_.read_some().empty() && tls_.got_close_notify(); }
  WebSocketPeer& socket() { return socket_; }

  std::string answer;

 private:
  TlsClient tls_;
  WebSocketPeer socket_{WebSocketPeer::Side::client};
};

class WebSocketTransport : public testing::TransportTest {
 protected:
  void SetUp() override {
    start({});
    open();
  }
  void open() {
    auto made = pki::TlsServerContext::make(std::make_shared<pki::LiveIdentity>(testing::identity()));
    ASSERT_TRUE(made) << made.error().message;
    at = listen(Transport::wss, std::move(*made));
  }
  base::Endpoint at;
};

TEST_F(WebSocketTransport, CarriesMessagesBothWays) {
  Browser browser(at);
  EXPECT_EQ(browser.answer, testing::upgrade_response);
  browser.say(request("REGISTER"));
  EXPECT_THAT(browser.hear().text, StartsWith("SIP/2.0 200"));
  on_loop([&] {
    EXPECT_EQ(user->last_flow.transport, Transport::wss);
    ASSERT_NE(user->last_flow.tls, nullptr);
    EXPECT_EQ(user->last_flow.tls->version, "TLSv1.3");
    EXPECT_TRUE(layer->send(user->last_flow, request("INVITE", std::string(3000, 'x'))));
  });
  const auto invite = browser.hear();
  EXPECT_THAT(invite.text, StartsWith("INVITE"));
  EXPECT_THAT(invite.text, EndsWith(std::string(3000, 'x')));
  EXPECT_EQ(invite.opcode, WSLAY_TEXT_FRAME);
}

TEST_F(WebSocketTransport, MessageWithoutContentLengthEndsWithItsFrame) {
  Browser browser(at);
  std::string bare = request("MESSAGE", "hello");
  const std::string length = "Content-Length: 5\r\n";
  browser.say(bare.erase(bare.find(length), length.size()));
  EXPECT_THAT(browser.hear().text, StartsWith("SIP/2.0 200"));
}

TEST_F(WebSocketTransport, NeedsACertificateToListenAndIsNeverDialled) {
  std::promise<std::string> refused;
  on_loop([&] {
    const auto local = *base::Endpoint::parse("127.0.0.1", 0);
    EXPECT_EQ(layer->listen(Transport::wss, local).error().code, "transport.no-certificate");
    layer->connect(Transport::wss, at, {},
                   [&](const base::Result<Flow>& flow) { refused.set_value(flow.error().code); });
  });
  EXPECT_EQ(refused.get_future().get(), "connect.failed");
}

TEST_F(WebSocketTransport, RequestForAnotherSubprotocolIsRefusedAndClosed) {
  {
    const TlsClient other(at);
    std::string ask = testing::upgrade_request;
    other.write(ask.replace(ask.find("chat, sip"), 9, "xmpp"));
    EXPECT_THAT(other.read_until("no end"), StartsWith("HTTP/1.1 400 Bad Request\r\n"));
    EXPECT_TRUE(other.got_close_notify());
  }
  until([&] { return closed(CloseReason::bad_input) == 1; });
  EXPECT_EQ(layer->counters().bad_messages.get(), 1U);
}

TEST_F(WebSocketTransport, SipWithoutAWebSocketIsRefused) {
  const TlsClient phone(at);
  phone.write(request());
  EXPECT_THAT(phone.read_until("no end"), StartsWith("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_EQ(user->messages, 0);
}

TEST_F(WebSocketTransport, ClearTextIsNoHandshake) {
  const testing::Client clear(SOCK_STREAM, at);
  clear.write(testing::upgrade_request);
  EXPECT_THAT(clear.read_to_end(), ::testing::Not(HasSubstr("101")));
  until([&] { return closed(CloseReason::tls_failure) == 1; });
}

TEST_F(WebSocketTransport, PingIsAnsweredAndCounted) {
  Browser browser(at);
  browser.write(browser.socket().frame(WSLAY_PING, "42"));
  const auto pong = browser.hear();
  EXPECT_EQ(pong.opcode, WSLAY_PONG);
  EXPECT_EQ(pong.text, "42");
  browser.say("\r\n\r\n");
  EXPECT_EQ(browser.hear().text, "\r\n");
  EXPECT_EQ(layer->counters().keep_alives.get(), 2U);
}

TEST_F(WebSocketTransport, CloseIsAnsweredAndTheUserHearsOfIt) {
  Browser browser(at);
  browser.say(request());
  browser.hear();
  browser.write(browser.socket().close(1000));
  const auto close = browser.hear();
  EXPECT_EQ(close.opcode, WSLAY_CONNECTION_CLOSE);
  EXPECT_EQ(close.status, 1000);
  EXPECT_TRUE(browser.at_end());
  user->wait([&] { return !user->closed.empty(); });
  EXPECT_THAT(user->closed, ElementsAre(CloseReason::by_peer));
}

TEST_F(WebSocketTransport, ClosingByUsSaysGoingAway) {
  Browser browser(at);
  browser.say(request());
  browser.hear();
  on_loop([&] { layer->stop_listening(Transport::wss, true); });
  EXPECT_EQ(browser.hear().status, 1001);
  EXPECT_TRUE(browser.at_end());
}

TEST_F(WebSocketTransport, BadMessageIsAnsweredAndWhatIsNoSipEndsTheConnection) {
  Browser browser(at);
  std::string bad = request();
  browser.say(bad.replace(bad.find("70"), 2, "-1"));
  EXPECT_THAT(browser.hear().text, StartsWith("SIP/2.0 400"));
  browser.say(request());
  EXPECT_THAT(browser.hear().text, StartsWith("SIP/2.0 200"));
  browser.say("{\"type\":\"hello\"}");
  EXPECT_EQ(browser.hear().status, 1008);
  EXPECT_TRUE(browser.at_end());
}

TEST_F(WebSocketTransport, TooLargeMessageIsRefusedByItsHead) {
  Browser browser(at);
  browser.write(std::string("\x81\xFF\0\0\0\0\0\1\0\0\0\0\0\0", 14));
  EXPECT_EQ(browser.hear().status, 1009);
  EXPECT_TRUE(browser.at_end());
}

TEST_F(WebSocketTransport, FragmentsThatNeverEndAreClosedWhateverIsPingedBetween) {
  Browser browser(at);
  browser.say(request());
  browser.hear();
  browser.write(std::string("\x01\x83\0\0\0\0INV", 9));
  for (int second = 0; second < 29; ++second) {
    browser.write(browser.socket().frame(WSLAY_PING, ""));
    EXPECT_EQ(browser.hear().opcode, WSLAY_PONG);
    advance(base::Millis{1'000});
  }
  EXPECT_EQ(connections(), 1U);
  advance(base::Millis{1'000});
  EXPECT_EQ(connections(), 0U);
  EXPECT_EQ(closed(CloseReason::stalled), 1U);
}

// A slow or silent HTTP request is bounded like a phone that says nothing.
TEST_F(WebSocketTransport, PeerThatSaysAllButSipIsClosed) {
  Browser browser(at);
  for (int i = 0; i < 2; ++i) {
    advance(base::Millis{14'000});
    browser.write(browser.socket().frame(WSLAY_PING, ""));
    EXPECT_EQ(browser.hear().opcode, WSLAY_PONG);
  }
  EXPECT_EQ(connections(), 1U);
  advance(base::Millis{2'000});
  EXPECT_EQ(closed(CloseReason::silent), 1U);
}

TEST_F(WebSocketTransport, AnswersTheLastOfThePingsThatComeTogetherBeforeWhatFollows) {
  Browser browser(at);
  std::string together;
  for (const char* name : {"1", "2", "3"}) together += browser.socket().frame(WSLAY_PING, name);
  browser.write(together + browser.socket().text(request()));
  const auto pong = browser.hear();
  EXPECT_EQ(pong.opcode, WSLAY_PONG);
  EXPECT_EQ(pong.text, "3");
  EXPECT_THAT(browser.hear().text, StartsWith("SIP/2.0 200"));
}

TEST_F(WebSocketTransport, RequestThatDoesNotComeIsClosed) {
  const TlsClient silent(at);
  until([&] { return layer->counters().tls_handshakes.get() == 1; });
  advance(base::Millis{30'000});
  EXPECT_EQ(silent.read_until("no end"), "");
  EXPECT_EQ(closed(CloseReason::silent), 1U);
}

}  // namespace
}  // namespace cadenas::sip
