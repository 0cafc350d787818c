// Phones in browsers: SIP over secure WebSockets (RFC 7118).

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "browser_terms.hpp"
#include "running_pbx.hpp"
#include "sip/message_writer.hpp"

namespace cadenas::pbx::test {
namespace {

using Kind = PhoneSocket::Kind;
using Browsers = RunningPbx;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string spoken =
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8 0\r\n";

/// A request of 101 to 102 within one call; `to_tag` with ";tag=" or empty.
std::string call_request(const std::string& method, unsigned cseq, const std::string& to_tag, const std::string& lines,
                         const std::string& body = {}) {
  const std::string number = std::to_string(cseq);
  return method + " sip:102@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/TLS 192.0.2.10;branch=z9hG4bK" + method + number +
         "\r\nMax-Forwards: 70\r\nFrom: <sip:101@192.0.2.1>;tag=a1\r\nTo: <sip:102@192.0.2.1>" + to_tag +
         "\r\nCall-ID: call-of-101\r\nCSeq: " + number + " " + method + "\r\n" + lines +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::optional<sip::Message> final_response(PhoneSocket& phone) {
  auto heard = phone.hear();
  while (heard && (*heard)->status() < 200) heard = phone.hear();
  return heard;
}

TEST_F(Browsers, RegisterBySecureWebSocketUnderAContactThatNamesNoHost) {
  start();
  add("101", "secret-101");
  auto browser = phone(Kind::wss);
  ASSERT_TRUE(browser.connected());
  ASSERT_EQ(browser.sign_in("101", "secret-101", 1, "Supported: path, gruu, outbound\r\n"), 200);
  const auto views = registrations();
  ASSERT_EQ(views.size(), 1U);
  EXPECT_EQ(views[0].contact_uri, "sip:101@h3k9.invalid;transport=ws");
  EXPECT_EQ(views[0].flow.transport, sip::Transport::wss);
  ASSERT_NE(views[0].flow.tls, nullptr);
  EXPECT_EQ(views[0].flow.tls->version, "TLSv1.3");
}

TEST_F(Browsers, AreNotServedUnlessAPortIsConfigured) {
  wss_port.reset();
  start();
  EXPECT_FALSE(address(sip::Transport::wss).is_set());
  EXPECT_TRUE(address(sip::Transport::tls).is_set());
}

// The contact of its dialog names no host either: every request reaches it by the connection it opened.
TEST_F(Browsers, AreReachedByTheirOwnConnectionInTheWholeCall) {
  start();
  unlock();
  for (const char* number : {"101", "102"}) add(number, "secret-101");
  auto caller = phone(Kind::tls);
  auto browser = phone(Kind::wss);
  ASSERT_EQ(caller.sign_in("101", "secret-101"), 200);
  ASSERT_EQ(browser.sign_in("102", "secret-101"), 200);
  const std::string described = "Contact: <sip:101@127.0.0.1:5999>\r\nContent-Type: application/sdp\r\n";
  caller.say(call_request("INVITE", 1, {}, described, spoken));
  const auto challenged = final_response(caller);
  ASSERT_TRUE(challenged && (*challenged)->status() == 401);
  const auto proof = authorization(challenged->view(), "101", "secret-101", sip::DigestAlgorithm::sha256, 1, "INVITE",
                                   "sip:102@192.0.2.1");
  caller.say(call_request("INVITE", 2, {}, described + proof, spoken));

  const auto invite = browser.hear();
  ASSERT_TRUE(invite && (*invite)->method() == sip::Method::invite);
  EXPECT_EQ((*invite)->request_uri(), "sip:102@h3k9.invalid;transport=ws");
  EXPECT_THAT(std::string((*invite)->value(sip::HeaderId::via)), StartsWith("SIP/2.0/WSS 127.0.0.1:"));
  EXPECT_THAT(std::string((*invite)->value(sip::HeaderId::contact)), HasSubstr(";transport=ws>"));
  auto answer = sip::MessageWriter::response(invite->view(), 200, "b1");
  answer.add("Contact", "<sip:102@h3k9.invalid;transport=ws;ob>");
  browser.say(std::move(answer).finish("application/sdp", Browser{}.answer()));
  const auto ack = browser.hear();
  ASSERT_TRUE(ack && (*ack)->method() == sip::Method::ack);
  EXPECT_EQ((*ack)->request_uri(), "sip:102@h3k9.invalid;transport=ws;ob");

  const auto answered = final_response(caller);
  ASSERT_TRUE(answered && (*answered)->status() == 200);
  const std::string tag = ";tag=" + std::string((*answered)->to_tag());
  caller.say(call_request("ACK", 2, tag, {}));
  caller.say(call_request("BYE", 3, tag, {}));
  const auto bye = browser.hear();
  ASSERT_TRUE(bye && (*bye)->method() == sip::Method::bye);
  EXPECT_EQ((*bye)->request_uri(), "sip:102@h3k9.invalid;transport=ws;ob");
}

}  // namespace
}  // namespace cadenas::pbx::test
