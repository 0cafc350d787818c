#include "sip/websocket_codec.hpp"

#include <cstring>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "sip/websocket_upgrade.hpp"
#include "websocket_peer.hpp"

namespace cadenas::sip {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using testing::WebSocketPeer;

constexpr std::uint8_t text = WSLAY_TEXT_FRAME;
constexpr std::uint8_t binary = WSLAY_BINARY_FRAME;
constexpr std::uint8_t ping = WSLAY_PING;
constexpr std::uint8_t pong = WSLAY_PONG;

void feed(StreamCodec& codec, std::string_view octets) {
  const auto room = codec.prepare(octets.size());
  std::memcpy(room.data(), octets.data(), octets.size());
  codec.commit(octets.size());
}

/// What came, and what is said to it: "[message]", "<ping>pong octets", "<error CODE>close octets" …
std::string what_came(StreamCodec& codec) {
  std::string out;
  while (const auto event = codec.next()) {
    switch (event->kind) {
      case StreamCodec::Kind::message:
        out += "[" + std::string(event->octets.begin(), event->octets.end()) + "]";
        break;
      case StreamCodec::Kind::opened:
        out += "<opened>";
        break;
      case StreamCodec::Kind::ping:
        out += "<ping>";
        break;
      case StreamCodec::Kind::pong:
        out += "<pong>";
        break;
      case StreamCodec::Kind::ended:
        out += "<ended>";
        break;
      case StreamCodec::Kind::error:
        out += "<error " + event->error.code + ">";
        EXPECT_EQ(event->status, 0) << "no SIP answers it";
        break;
    }
    out += event->reply;
  }
  return out;
}

std::string closing(int status) {
  return std::string("\x88\x02", 2) + static_cast<char>(status >> 8) + static_cast<char>(status & 0xFF);
}

/// A frame of a client whose mask is zero; `first` is FIN, reserved bits and opcode.
std::string bare(int first, std::string_view payload) {
  return std::string{static_cast<char>(first), static_cast<char>(0x80 | payload.size()), 0, 0, 0, 0} +
         std::string(payload);
}

class WebSockets : public ::testing::Test {
 protected:
  WebSockets() {
    feed(codec, testing::upgrade_request);
    EXPECT_EQ(what_came(codec), "<opened>" + testing::upgrade_response);
  }
  std::string after(std::string_view octets) {
    feed(codec, octets);
    return what_came(codec);
  }

  WebSocketCodec codec{ParseLimits{.message_octets = 400, .body_octets = 100}};
  WebSocketPeer browser{WebSocketPeer::Side::client};
};

TEST_F(WebSockets, TakesTextAndBinaryMessagesOfEveryLengthEncoding) {
  for (const std::size_t size : {1U, 125U, 126U, 400U}) {
    const std::string message(size, 'x');
    EXPECT_EQ(after(browser.frame(text, message)), "[" + message + "]");
    EXPECT_EQ(after(browser.frame(binary, message)), "[" + message + "]");
  }
  WebSocketCodec large{ParseLimits{.message_octets = 100'000}};
  feed(large, testing::upgrade_request + browser.text(std::string(70'000, 'y')));
  EXPECT_THAT(what_came(large), HasSubstr("[" + std::string(70'000, 'y') + "]"));
}

TEST_F(WebSockets, JoinsFragmentsBetweenWhichAPingMayStand) {
  EXPECT_EQ(after(bare(0x01, "INVITE ")), "");
  EXPECT_FALSE(codec.is_idle());
  EXPECT_EQ(after(browser.frame(ping, "here?")), std::string("<ping>\x8A\x05", 8) + "here?");
  EXPECT_EQ(after(bare(0x00, "")), "");
  EXPECT_EQ(after(bare(0x00, "sip:") + bare(0x80, "a") + bare(0x81, "next")), "[INVITE sip:a][next]");
  EXPECT_EQ(after(bare(0x02, "again") + bare(0x80, "!") + bare(0x01, "twice") + bare(0x80, "?")), "[again!][twice?]");
  EXPECT_TRUE(codec.is_idle());
}

TEST_F(WebSockets, HoldsNothingWhileIdle) {
  EXPECT_EQ(after(browser.text("half of it") + bare(0x01, "and ")), "[half of it]");
  codec.release_if_idle();
  EXPECT_EQ(after(bare(0x80, "the rest")), "[and the rest]");
  EXPECT_GT(codec.held(), 0U);
  codec.release_if_idle();
  EXPECT_EQ(codec.held(), 0U);
}

TEST_F(WebSockets, DemandsThatAClientMasksItsFrames) {
  WebSocketPeer server{WebSocketPeer::Side::server};
  EXPECT_EQ(after(server.text("OPTIONS sip:a SIP/2.0")), "<error websocket.frame>" + closing(1002));
  EXPECT_EQ(after(browser.text("more")), "") << "nothing can be trusted behind it";
}

TEST_F(WebSockets, RefusesFramesThatBreakTheProtocol) {
  struct Broken {
    const char* what;
    std::string octets;
    const char* code;
  };
  const std::string mask(4, '\0');
  for (const Broken& broken : {
           Broken{"a reserved bit", bare(0xC1, "x"), "websocket.frame"},
           Broken{"an opcode for data that is none", bare(0x83, "x"), "websocket.frame"},
           Broken{"an opcode for control that is none", bare(0x8B, "x"), "websocket.frame"},
           Broken{"a ping in fragments", bare(0x09, "x"), "websocket.frame"},
           Broken{"a ping of 126 octets", std::string("\x89\xFE\x00\x7E", 4) + mask, "websocket.frame"},
           Broken{"a short length in 2 octets", std::string("\x81\xFE\x00\x7D", 4) + mask, "websocket.frame"},
           Broken{"a short length in 8", std::string("\x81\xFF\0\0\0\0\0\0\xFF\xFF", 10) + mask, "websocket.frame"},
           Broken{"a length with the top bit", std::string("\x81\xFF\x80\0\0\0\0\1\0\0", 10) + mask, "websocket.frame"},
           Broken{"a continuation of nothing", bare(0x80, "x"), "websocket.fragment"},
           Broken{"a message within another", bare(0x01, "x") + bare(0x81, "y"), "websocket.fragment"},
           Broken{"a close of one octet", bare(0x88, "x"), "websocket.close"},
           Broken{"a close with a status of nobody", bare(0x88, "\x03\xED"), "websocket.close"},
       }) {
    WebSocketCodec fresh;
    feed(fresh, testing::upgrade_request);
    what_came(fresh);
    feed(fresh, broken.octets);
    EXPECT_EQ(what_came(fresh), "<error " + std::string(broken.code) + ">" + closing(1002)) << broken.what;
  }
}

TEST_F(WebSockets, RefusesTextThatIsNoUtf8ButNotBinaryData) {
  EXPECT_EQ(after(browser.frame(binary, "Subject: caf\xE9")), "[Subject: caf\xE9]");
  EXPECT_EQ(after(browser.text("Subject: caf\xE9")), "<error websocket.text>" + closing(1007));
}

TEST_F(WebSockets, RefusesWhatIsTooLargeBeforeHoldingIt) {
  // The head alone says so: 401 octets, and for a second one 300 behind 200.
  EXPECT_EQ(after(std::string("\x81\xFE\x01\x91\0\0\0\0", 8)), "<error websocket.too-big>" + closing(1009));
  WebSocketCodec other{ParseLimits{.message_octets = 400}};
  feed(other, testing::upgrade_request + std::string("\x01\xFE\x00\xC8\0\0\0\0", 8) + std::string(200, 'x') +
                  std::string("\x80\xFE\x01\x2C\0\0\0\0", 8));
  EXPECT_THAT(what_came(other), HasSubstr("<error websocket.too-big>"));
  WebSocketCodec greatest;
  feed(greatest, testing::upgrade_request + std::string("\x82\xFF\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF\0\0\0\0", 14));
  EXPECT_THAT(what_came(greatest), HasSubstr("<error websocket.too-big>"));
}

TEST_F(WebSockets, AnswersACloseWithItsStatusAndTakesNothingMore) {
  EXPECT_EQ(after(browser.close(1001) + bare(0x81, "late")), "<ended>" + closing(1001));
  EXPECT_EQ(codec.farewell(false), "") << "it was said already";
  WebSocketCodec other;
  feed(other, testing::upgrade_request + bare(0x88, ""));
  EXPECT_THAT(what_came(other), HasSubstr(std::string("<ended>\x88\x00", 9)));
}

// RFC 7118 §6, RFC 5626 §3.5.1.
TEST_F(WebSockets, TakesCrlfsForKeepAlives) {
  EXPECT_EQ(after(browser.text("\r\n\r\n")), "<ping>\x81\x02\r\n");
  EXPECT_EQ(after(browser.text("\r\n") + browser.text("") + browser.frame(pong, "")), "<pong><pong><pong>");
  EXPECT_EQ(after(browser.text("\r\nBYE sip:a SIP/2.0")), "[BYE sip:a SIP/2.0]");
}

TEST_F(WebSockets, WritesTextUnlessAMessageIsNoUtf8) {
  std::string room;
  browser.hear(codec.outgoing("Subject: café", room));
  browser.hear(codec.outgoing("Subject: caf\xE9", room));
  for (const std::size_t size : {125U, 126U, 65'535U, 65'536U}) {
    WebSocketPeer peer(WebSocketPeer::Side::client, 1 << 20);
    peer.hear(codec.outgoing(std::string(size, 'x'), room));
    ASSERT_EQ(peer.received.size(), 1U) << size;
    EXPECT_EQ(peer.received[0].text.size(), size);
  }
  ASSERT_EQ(browser.received.size(), 2U);
  EXPECT_EQ(browser.received[0].opcode, text);
  EXPECT_EQ(browser.received[1].opcode, binary);
  EXPECT_EQ(browser.received[1].text, "Subject: caf\xE9");
}

TEST_F(WebSockets, SaysFarewellOnceAndOnlyWhereItIsOpen) {
  browser.hear(codec.farewell(false));
  ASSERT_EQ(browser.received.size(), 1U);
  EXPECT_EQ(browser.received[0].status, 1001);
  EXPECT_EQ(codec.farewell(false), "");
  EXPECT_EQ(WebSocketCodec().farewell(true), "");
}

TEST(WebSocketRequests, RefusesOneThatDoesNotEnd) {
  WebSocketCodec codec;
  feed(codec, "GET / HTTP/1.1\r\nX: " + std::string(longest_upgrade_request, 'x'));
  EXPECT_THAT(what_came(codec), StartsWith("<error websocket.upgrade>HTTP/1.1 431 "));
  EXPECT_FALSE(codec.next());
  EXPECT_EQ(codec.farewell(true), "") << "HTTP has no close frame";
}

TEST(WebSocketRequests, HowTheStreamIsCutIntoReadsMakesNoDifference) {
  EXPECT_TRUE(rc::check("any split gives the same events", [] {
    WebSocketPeer browser(WebSocketPeer::Side::client);
    std::string stream = testing::upgrade_request;
    stream += browser.text("first") + bare(0x01, "se");
    stream += browser.frame(ping, "?") + bare(0x80, "cond");
    stream += browser.text(std::string(300, 'x'));
    stream += browser.close(1000);  // nothing can be made behind it
    WebSocketCodec codec;
    std::string seen;
    for (std::size_t at = 0; at < stream.size();) {
      const auto size = std::min<std::size_t>(*rc::gen::inRange<std::size_t>(1, 60), stream.size() - at);
      feed(codec, std::string_view(stream).substr(at, size));
      seen += what_came(codec);
      codec.release_if_idle();
      at += size;
    }
    RC_ASSERT(seen == "<opened>" + testing::upgrade_response + "[first]<ping>\x8A\x01?[second][" +
                          std::string(300, 'x') + "]<ended>" + closing(1000));
  }));
}

}  // namespace
}  // namespace cadenas::sip
