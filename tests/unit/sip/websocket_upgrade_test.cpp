#include "sip/websocket_upgrade.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "websocket_peer.hpp"

namespace cadenas::sip {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using testing::upgrade_request;

std::string upgrade_with(const std::string& old_text, const std::string& new_text) {
  std::string out = upgrade_request;
  return out.replace(out.find(old_text), old_text.size(), new_text);
}

TEST(WebSocketUpgrade, AnswersTheExampleOfRfc6455) {
  const auto answer = answer_upgrade(upgrade_request);
  EXPECT_TRUE(answer.accepted);
  EXPECT_EQ(answer.response, testing::upgrade_response);
}

TEST(WebSocketUpgrade, TakesAnyPathAnyCaseOfTheTokensAndTheSubprotocolInAFieldOfItsOwn) {
  for (const std::string& request : {
           upgrade_with("/chat", "/"),
           upgrade_with("/chat", "/sip?tenant=1"),
           upgrade_with("Upgrade: websocket", "upgrade:WebSocket"),
           upgrade_with("keep-alive, Upgrade", "UPGRADE"),
           upgrade_with("Sec-WebSocket-Protocol: chat, sip",
                        "Sec-WebSocket-Protocol: chat\r\nsec-websocket-protocol: sip"),
           upgrade_with("Origin: http://example.com", "Sec-WebSocket-Extensions: permessage-deflate"),
       }) {
    const auto answer = answer_upgrade(request);
    EXPECT_TRUE(answer.accepted) << request << answer.response;
    EXPECT_EQ(answer.response, testing::upgrade_response) << "no extension is agreed";
  }
}

struct RefusedUpgrade {
  std::string request;
  std::string status;
  std::string field;
};

TEST(WebSocketUpgrade, RefusesWhatIsNoRequestForSipAndSaysWhatIsExpected) {
  for (const RefusedUpgrade& wrong : {
           RefusedUpgrade{"REGISTER sip:pbx.example SIP/2.0\r\nVia: SIP/2.0/TLS a;branch=z9hG4bKx\r\n\r\n", "400", ""},
           RefusedUpgrade{"\x16\x03\x01 garbage\r\n\r\n", "400", ""},
           RefusedUpgrade{upgrade_with("GET", "POST"), "405", ""},
           RefusedUpgrade{upgrade_with("HTTP/1.1", "HTTP/1.0"), "400", "Host"},
           RefusedUpgrade{upgrade_with("Host: server.example.com\r\n", ""), "400", "Host"},
           RefusedUpgrade{upgrade_with("Origin: http://example.com", "Content-Length: 5"), "400", "Content-Length"},
           RefusedUpgrade{upgrade_with("Origin: http://example.com", "Transfer-Encoding: chunked"), "400",
                          "Content-Length"},
           RefusedUpgrade{upgrade_with("Upgrade: websocket\r\n", ""), "426", "Upgrade"},
           RefusedUpgrade{upgrade_with("Upgrade: websocket", "Upgrade: h2c"), "426", "Upgrade"},
           RefusedUpgrade{upgrade_with("keep-alive, Upgrade", "keep-alive"), "426", "Connection"},
           RefusedUpgrade{upgrade_with("Version: 13", "Version: 8"), "426", "Sec-WebSocket-Version"},
           RefusedUpgrade{upgrade_with("Sec-WebSocket-Version: 13\r\n", ""), "426", "Sec-WebSocket-Version"},
           RefusedUpgrade{upgrade_with("Origin: http://example.com", "Sec-WebSocket-Version: 8"), "426",
                          "Sec-WebSocket-Version"},
           RefusedUpgrade{upgrade_with("dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQ"), "400",
                          "Sec-WebSocket-Key"},
           RefusedUpgrade{upgrade_with("dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZSEh"), "400",
                          "Sec-WebSocket-Key"},
           RefusedUpgrade{upgrade_with("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", ""), "400",
                          "Sec-WebSocket-Key"},
           RefusedUpgrade{upgrade_with("chat, sip", "chat"), "400", "Sec-WebSocket-Protocol"},
           RefusedUpgrade{upgrade_with("chat, sip", "sips, SIP"), "400", "Sec-WebSocket-Protocol"},
           RefusedUpgrade{upgrade_with("Sec-WebSocket-Protocol: chat, sip\r\n", ""), "400", "Sec-WebSocket-Protocol"},
       }) {
    const auto answer = answer_upgrade(wrong.request);
    EXPECT_FALSE(answer.accepted) << wrong.request;
    EXPECT_THAT(answer.response, StartsWith("HTTP/1.1 " + wrong.status + " ")) << wrong.request;
    EXPECT_THAT(answer.response, HasSubstr("\r\nConnection: close\r\n"));
    EXPECT_EQ(answer.error.field, wrong.field) << wrong.request;
    EXPECT_EQ(answer.error.code, "websocket.upgrade");
    EXPECT_THAT(answer.response, HasSubstr(answer.error.message)) << "who looks with a browser is told";
  }
  EXPECT_THAT(answer_upgrade(upgrade_with("Version: 13", "Version: 8")).response,
              HasSubstr("\r\nSec-WebSocket-Version: 13\r\n"));
}

}  // namespace
}  // namespace cadenas::sip
