#include "sip/message_writer.hpp"

#include <gtest/gtest.h>

#include "base/endpoint.hpp"
#include "sip/via.hpp"

namespace cadenas::sip {
namespace {

Message invite(const std::string& via = "SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKa;rport") {
  auto m = Message::parse("INVITE sip:b@example.com SIP/2.0\r\nv: " + via +
                          "\r\nVia: SIP/2.0/UDP second.example.com\r\nRecord-Route: <sip:p1;lr>\r\n"
                          "Record-Route: <sip:p2;lr>\r\nf: <sip:a@example.com>;tag=1\r\nt: <sip:b@example.com>\r\n"
                          "i: c1\r\nCSeq: 1 INVITE\r\nTimestamp: 54\r\n\r\n");
  EXPECT_TRUE(m) << m.error().message;
  return std::move(*m);
}

TEST(MessageWriter, ResponseCopiesWhatRfc3261Section8_2_6Asks) {
  const Message request = invite();
  EXPECT_EQ(MessageWriter::response(*request, 180, "tt").finish(),
            "SIP/2.0 180 Ringing\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKa;rport\r\n"
            "Via: SIP/2.0/UDP second.example.com\r\nRecord-Route: <sip:p1;lr>\r\nRecord-Route: <sip:p2;lr>\r\n"
            "From: <sip:a@example.com>;tag=1\r\nTo: <sip:b@example.com>;tag=tt\r\nCall-ID: c1\r\nCSeq: 1 INVITE\r\n"
            "Content-Length: 0\r\n\r\n");
}

TEST(MessageWriter, RefusalHasNoRecordRouteAndTryingKeepsTheTimestamp) {
  const Message request = invite();
  EXPECT_EQ(MessageWriter::response(*request, 486).finish().find("Record-Route"), std::string::npos);
  EXPECT_NE(MessageWriter::response(*request, 100).finish().find("Timestamp: 54\r\n"), std::string::npos);
}

TEST(MessageWriter, NotedViaSaysWhereTheRequestCameFrom) {
  const auto source = *base::Endpoint::parse("192.0.2.7", 40000);
  EXPECT_EQ(noted_top_via(*invite(), source),
            "SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKa;received=192.0.2.7;rport=40000");
  EXPECT_EQ(noted_top_via(*invite("SIP/2.0/UDP 192.0.2.7;branch=z9hG4bKa"), source),
            "SIP/2.0/UDP 192.0.2.7;branch=z9hG4bKa")
      << "RFC 3261 section 18.2.1: nothing to note";
  EXPECT_EQ(
      noted_top_via(*invite("SIP/2.0/TLS h.example.com;received=1.2.3.4;branch=z9hG4bKa , SIP/2.0/UDP x"), source),
      "SIP/2.0/TLS h.example.com;branch=z9hG4bKa;received=192.0.2.7, SIP/2.0/UDP x")
      << "what the request claims is not believed";
  EXPECT_EQ(noted_top_via(*invite("SIP/2.0/UDP [2001:db8::9]:5070;rport;branch=z9hG4bKa"),
                          *base::Endpoint::parse("2001:db8::1", 5071)),
            "SIP/2.0/UDP [2001:db8::9]:5070;branch=z9hG4bKa;received=2001:db8::1;rport=5071");
}

TEST(MessageWriter, ValueCannotSmuggleInAnotherHeader) {
  const std::string text =
      MessageWriter::request(Method::options, "sip:a@b").add("Subject", "x\r\nInjected: y").finish();
  EXPECT_EQ(text, "OPTIONS sip:a@b SIP/2.0\r\nSubject: x  Injected: y\r\nContent-Length: 0\r\n\r\n");
}

TEST(MessageWriter, BodyComesWithItsTypeAndLength) {
  EXPECT_EQ(MessageWriter::request("FOO", "sip:a@b").add("Expires", 60).finish("text/plain", "hello"),
            "FOO sip:a@b SIP/2.0\r\nExpires: 60\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello");
}

}  // namespace
}  // namespace cadenas::sip
