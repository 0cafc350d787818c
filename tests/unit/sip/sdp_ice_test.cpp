// a=ice-ufrag, a=ice-pwd, a=candidate and their company (RFC 8839).
#include "sip/sdp_ice.hpp"

#include <string>

#include <gtest/gtest.h>

namespace cadenas::sip {
namespace {

const std::string kPassword = "asd88fgpdd777uzjYhagZg";  // 22, the least there is

Sdp described_ice(const std::string& session, const std::string& media) {
  auto sdp = Sdp::parse("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n" + session +
                        "m=audio 4000 UDP/TLS/RTP/SAVPF 0\r\n" + media);
  EXPECT_TRUE(sdp.has_value());
  return std::move(*sdp);
}

bool are_credentials(const std::string& ufrag, const std::string& password) {
  const Sdp sdp = described_ice("", "a=ice-ufrag:" + ufrag + "\r\na=ice-pwd:" + password + "\r\n");
  return ice_of(sdp, sdp.media[0]).credentials.has_value();
}

TEST(SdpIceCandidate, ReadsWhatBrowsersWriteAndWritesItAgain) {
  const auto host = IceCandidate::parse("1467250027 1 udp 2122260223 192.0.2.9 46243 typ host generation 0 ufrag EsAw");
  ASSERT_TRUE(host);
  EXPECT_EQ(host->foundation, "1467250027");
  EXPECT_EQ(host->component, 1u);
  EXPECT_EQ(host->transport, "udp");
  EXPECT_EQ(host->priority, 2122260223u);
  EXPECT_EQ(host->type, "host");
  EXPECT_EQ(host->endpoint(), *base::Endpoint::parse("192.0.2.9", 46243));
  EXPECT_EQ(host->to_string(), "1467250027 1 udp 2122260223 192.0.2.9 46243 typ host");
  const std::string relay = "2 1 UDP 41885439 2001:db8::1 60065 typ relay raddr 203.0.113.7 rport 55996";
  const auto relayed = IceCandidate::parse(relay);
  ASSERT_TRUE(relayed);
  EXPECT_EQ(relayed->related_address, "203.0.113.7");
  EXPECT_EQ(relayed->related_port, 55996);
  EXPECT_EQ(relayed->to_string(), relay);
}

TEST(SdpIceCandidate, IsNowhereWhereItsAddressIsAName) {
  const auto hidden =
      IceCandidate::parse("0 1 UDP 2122252543 6f2f6b1c-26d8-4c1b-a4a2-1d9bde2b7f0e.local 51000 typ host");
  ASSERT_TRUE(hidden);
  EXPECT_EQ(hidden->endpoint(), std::nullopt);
}

TEST(SdpIceCandidate, RefusesWhatIsNone) {
  const std::string many(33, 'f');
  for (const std::string& text :
       {std::string(), std::string("1 1 UDP 1 192.0.2.1 9 typ"), std::string("1 1 UDP 1 192.0.2.1 9 host"),
        std::string("1 0 UDP 1 192.0.2.1 9 typ host"), std::string("1 257 UDP 1 192.0.2.1 9 typ host"),
        std::string("1 1 UDP 0 192.0.2.1 9 typ host"), std::string("1 1 UDP 2147483648 192.0.2.1 9 typ host"),
        std::string("1 1 UDP 1 192.0.2.1 65536 typ host"), std::string("1 1 UDP 1 192.0.2.1 -1 typ host"),
        std::string("1-1 1 UDP 1 192.0.2.1 9 typ host"), many + " 1 UDP 1 192.0.2.1 9 typ host",
        std::string("1 1 U,P 1 192.0.2.1 9 typ host"), std::string("1 1 UDP 1 192.0.2.1! 9 typ host"),
        std::string("1 1 UDP 1 192.0.2.1 9 typ host raddr 192.0.2.2"),
        std::string("1 1 UDP 1 192.0.2.1 9 typ host raddr 192.0.2.2 rport 65536")}) {
    const auto read = IceCandidate::parse(text);
    ASSERT_FALSE(read.has_value()) << text;
    EXPECT_EQ(read.error().code, "sdp.candidate");
  }
  EXPECT_TRUE(IceCandidate::parse(many.substr(1) + " 256 UDP 2147483647 192.0.2.1 0 typ host"));
}

TEST(SdpIceCandidate, HasThePriorityOfRfc8445) {
  EXPECT_EQ(ice_priority(126, 65535, 1), 2130706431u);
  EXPECT_EQ(ice_priority(100, 65535, 1), 1694498815u);
}

TEST(SdpIceCredentials, HaveTheLengthsAndCharactersOfRfc8839) {
  EXPECT_TRUE(are_credentials("8hhY", kPassword));
  EXPECT_TRUE(are_credentials("+/aZ", std::string(256, '/')));
  EXPECT_FALSE(are_credentials("8hh", kPassword));
  EXPECT_FALSE(are_credentials(std::string(257, 'a'), kPassword));
  EXPECT_FALSE(are_credentials("8hhY", kPassword.substr(1)));
  EXPECT_FALSE(are_credentials("8hhY", std::string(257, 'a')));
  EXPECT_FALSE(are_credentials("8h:Y", kPassword));
  EXPECT_FALSE(are_credentials("8hhY", kPassword + "="));
  const Sdp half = described_ice("", "a=ice-ufrag:8hhY\r\n");
  EXPECT_TRUE(speaks_of_ice(half, half.media[0]));
  EXPECT_FALSE(ice_of(half, half.media[0]).credentials);
}

TEST(SdpIce, TheSectionsOwnWordsComeBeforeThoseOfTheSession) {
  const std::string general =
      "a=ice-lite\r\na=ice-options:trickle ice2\r\na=ice-ufrag:8hhY\r\na=ice-pwd:" + kPassword + "\r\n";
  const Sdp session = described_ice(general, "");
  const auto of_session = ice_of(session, session.media[0]);
  ASSERT_TRUE(of_session.credentials);
  EXPECT_EQ(of_session.credentials->ufrag, "8hhY");
  EXPECT_TRUE(of_session.is_lite);
  EXPECT_EQ(of_session.options, (std::vector<std::string>{"trickle", "ice2"}));
  EXPECT_FALSE(of_session.is_complete);
  const Sdp both =
      described_ice(general, "a=ice-ufrag:other\r\na=ice-pwd:" + kPassword + "2\r\na=candidate:rubbish\r\n" +
                                 "a=candidate:1 1 UDP 1 192.0.2.1 9 typ host\r\na=end-of-candidates\r\n");
  const auto own = ice_of(both, both.media[0]);
  ASSERT_TRUE(own.credentials);
  EXPECT_EQ(own.credentials->ufrag, "other");
  EXPECT_EQ(base::as_text(own.credentials->password.view()), kPassword + "2");
  EXPECT_EQ(own.candidates.size(), 1u);
  EXPECT_EQ(own.malformed, 1u);
  EXPECT_TRUE(own.is_complete);
  const Sdp none = described_ice("", "");
  EXPECT_FALSE(speaks_of_ice(none, none.media[0]));
}

TEST(SdpIce, HoldsThePasswordAsASecret) {
  Sdp sdp = described_ice("", "");
  add_ice_credentials(sdp.media[0], {"8hhY", base::SecretBytes::copy_of(base::as_bytes(kPassword))});
  EXPECT_NE(sdp.to_string().find("a=ice-ufrag:8hhY\r\na=ice-pwd:" + kPassword + "\r\n"), std::string::npos);
  EXPECT_FALSE(sdp.media[0].lines[0].is_secret());
  EXPECT_TRUE(sdp.media[0].lines[1].is_secret());
  EXPECT_TRUE(SdpLine('a', "ICE-PWD:" + kPassword).is_secret());
}

}  // namespace
}  // namespace cadenas::sip
