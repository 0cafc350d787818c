#include "sip/uri.hpp"

#include <gtest/gtest.h>

namespace cadenas::sip {
namespace {

Uri uri(std::string_view text) {
  const auto u = Uri::parse(text);
  EXPECT_TRUE(u) << text << ": " << (u ? "" : u.error().message);
  return u.value_or(Uri{});
}
std::string code(std::string_view text) {
  const auto u = Uri::parse(text);
  return u ? "" : u.error().code;
}
bool same(std::string_view a, std::string_view b) {
  const bool forth = equivalent(uri(a), uri(b));
  EXPECT_EQ(forth, equivalent(uri(b), uri(a))) << a << " and " << b;
  return forth;
}

TEST(Uri, TakesAllPartsApart) {
  const Uri u = uri("sips:alice:pw@[2001:db8::1]:5071;transport=tcp;lr?Subject=a%20b&Priority=urgent");
  EXPECT_EQ(u.scheme, UriScheme::sips);
  EXPECT_EQ(u.user, "alice");
  EXPECT_EQ(u.password, "pw");
  EXPECT_EQ(u.host_kind, HostKind::ipv6);
  EXPECT_EQ(u.host, "2001:db8::1");
  EXPECT_EQ(u.port, 5071);
  EXPECT_EQ(u.param("Transport"), "tcp");
  EXPECT_EQ(u.param("lr"), "");
  EXPECT_EQ(u.param("absent"), std::nullopt);
  EXPECT_EQ(unescape(u.header("subject").value_or("")), "a b");
}

TEST(Uri, TellsHostForms) {
  EXPECT_EQ(uri("sip:192.0.2.1").host_kind, HostKind::ipv4);
  EXPECT_EQ(uri("sip:a.1host.example.com.").host_kind, HostKind::domain);
  EXPECT_EQ(uri("sip:localhost").port_or_default(), 5060);
  EXPECT_EQ(uri("sips:localhost").port_or_default(), 5061);
  EXPECT_EQ(uri("sip:localhost;transport=TLS").port_or_default(), 5061);
}

TEST(Uri, RefusesWhatTheGrammarDoesNotKnow) {
  EXPECT_EQ(code(""), "uri.empty");
  EXPECT_EQ(code("alice@example.com"), "uri.scheme");
  EXPECT_EQ(code("sip:"), "uri.host");
  EXPECT_EQ(code("sip:@example.com"), "uri.user");
  EXPECT_EQ(code("sip:a b@example.com"), "uri.user");
  EXPECT_EQ(code("sip:a%4@example.com"), "uri.user");
  EXPECT_EQ(code("sip:a@b@c"), "uri.character");
  EXPECT_EQ(code("sip:a@256.1.1.1"), "uri.host");
  EXPECT_EQ(code("sip:a@1.2.3"), "uri.host");
  EXPECT_EQ(code("sip:a@[::1"), "uri.host");
  EXPECT_EQ(code("sip:a@[12345::]"), "uri.host");
  EXPECT_EQ(code("sip:a@b..c"), "uri.host");
  EXPECT_EQ(code("sip:a@b:"), "uri.port");
  EXPECT_EQ(code("sip:a@b:65536"), "uri.port");
  EXPECT_EQ(code("sip:a@b;"), "uri.params");
  EXPECT_EQ(code("sip:a@b;=x"), "uri.params");
  EXPECT_EQ(code("sip:a@b;lr;user=phone;LR"), "uri.params") << "RFC 3261 section 19.1.1: no name twice";
  EXPECT_EQ(code("sip:a@b?x"), "uri.headers");
  EXPECT_EQ(code("sip:a@b?"), "uri.headers");
  EXPECT_EQ(code("sip:a@b\r\n"), "uri.character");
  EXPECT_EQ(code("urn:\x01"), "uri.character");
}

TEST(Uri, PutsUpWithHashInFeatureCodes) {
  EXPECT_EQ(uri("sip:*21#@pbx").user, "*21#");
  EXPECT_EQ(escape_user("*21#"), "*21%23");
}

TEST(Uri, ReadsTelephoneNumbers) {
  const Uri u = uri("tel:+1-201-555-0123;phone-context=example.com");
  EXPECT_EQ(u.scheme, UriScheme::tel);
  EXPECT_EQ(u.user, "+1-201-555-0123");
  EXPECT_EQ(u.param("phone-context"), "example.com");
  EXPECT_TRUE(same("tel:+1-201-555-0123", "tel:+1(201)5550123"));
  EXPECT_FALSE(same("tel:+1-201-555-0123", "tel:+12015550124"));
}

// The examples of RFC 3261 section 19.1.4.
TEST(Uri, EquivalentOnesOfTheRfc) {
  EXPECT_TRUE(same("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp"));
  EXPECT_TRUE(same("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"));
  EXPECT_TRUE(same("sip:carol@chicago.com", "sip:carol@chicago.com;security=on"));
  EXPECT_TRUE(same("sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
                   "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com"));
  EXPECT_TRUE(same("sip:alice@atlanta.com?subject=project%20x&priority=urgent",
                   "sip:alice@atlanta.com?priority=urgent&subject=project%20x"));
}

TEST(Uri, DifferentOnesOfTheRfc) {
  EXPECT_FALSE(same("SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP"));
  EXPECT_FALSE(same("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"));
  EXPECT_FALSE(same("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"));
  EXPECT_FALSE(same("sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp"));
  EXPECT_FALSE(same("sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting"));
  EXPECT_FALSE(same("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"));
  EXPECT_FALSE(same("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off"));
  EXPECT_FALSE(same("sip:a@b", "sips:a@b"));
}

TEST(Uri, EscapedTextComesBack) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  EXPECT_EQ(unescape(escape_user(all)), all);
  EXPECT_EQ(unescape(escape_header(all)), all);
  EXPECT_EQ(code("sip:" + escape_user(all) + "@h?a=" + escape_header(all)), "");
}

}  // namespace
}  // namespace cadenas::sip
