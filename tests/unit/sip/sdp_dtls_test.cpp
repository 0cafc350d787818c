// a=fingerprint, a=setup and a=tls-id (RFC 8122, RFC 4145, RFC 8842).
#include "sip/sdp_dtls.hpp"

#include <string>

#include <gtest/gtest.h>

namespace cadenas::sip {
namespace {

const std::string kSha1 = "12:DF:3E:5D:49:6B:19:E5:7C:AB:4A:AD:B9:B1:3F:82:18:3B:54:02";

Sdp described(const std::string& session, const std::string& media) {
  auto sdp = Sdp::parse("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n" + session +
                        "m=audio 4000 UDP/TLS/RTP/SAVP 0\r\n" + media);
  EXPECT_TRUE(sdp.has_value());
  return std::move(*sdp);
}

TEST(SdpFingerprint, ReadsBothCasesAndWritesTheOneOfTheRfc) {
  const auto upper = SdpFingerprint::parse("SHA-1 " + kSha1);
  ASSERT_TRUE(upper);
  EXPECT_EQ(upper->hash, "sha-1");
  EXPECT_EQ(upper->value.size(), 20u);
  EXPECT_EQ(upper->to_string(), "sha-1 " + kSha1);
  EXPECT_EQ(SdpFingerprint::parse(" sha-1  12:df:3e:5d:49:6b:19:e5:7c:ab:4a:ad:b9:b1:3f:82:18:3b:54:02 "), *upper);
}

TEST(SdpFingerprint, RefusesWhatIsNone) {
  for (const std::string text :
       {"", "sha-256", "sha-256 ", "sha-256 A", "sha-256 AB:", "sha-256 AB:C", "sha-256 AB-CD", "sha-256 ABCD",
        "sha-256 AB:CD:GG", "sha 256 AB:CD", "sha-256 :AB", " AB:CD", "s\xc3\xa4 AB:CD"}) {
    const auto read = SdpFingerprint::parse(text);
    ASSERT_FALSE(read.has_value()) << text;
    EXPECT_EQ(read.error().code, "sdp.fingerprint");
  }
  std::string long_one = "sha-512 00";
  for (int i = 0; i < 63; ++i) long_one += ":00";
  EXPECT_TRUE(SdpFingerprint::parse(long_one));
  EXPECT_FALSE(SdpFingerprint::parse(long_one + ":00"));
}

TEST(SdpSetup, KnowsTheFourWords) {
  for (const SetupRole role : {SetupRole::active, SetupRole::passive, SetupRole::actpass, SetupRole::holdconn}) {
    EXPECT_EQ(parse_setup(to_string(role)), role);
  }
  EXPECT_EQ(parse_setup("Active"), std::nullopt);
  EXPECT_EQ(parse_setup(""), std::nullopt);
}

TEST(SdpDtls, TheSectionsOwnWordsComeBeforeThoseOfTheSession) {
  const auto session =
      described("a=fingerprint:sha-1 AA:BB\r\na=setup:actpass\r\na=tls-id:abc3de65cddef001be82\r\n", "");
  const auto from_session = dtls_of(session, session.media[0]);
  ASSERT_EQ(from_session.fingerprints.size(), 1u);
  EXPECT_EQ(from_session.setup, SetupRole::actpass);
  EXPECT_EQ(from_session.tls_id, "abc3de65cddef001be82");
  const auto both = described("a=fingerprint:sha-1 AA:BB\r\na=setup:actpass\r\n",
                              "a=fingerprint:sha-256 CC\r\na=fingerprint:sha-384 DD\r\na=fingerprint:nothing\r\n"
                              "a=setup:passive\r\n");
  const auto own = dtls_of(both, both.media[0]);
  ASSERT_EQ(own.fingerprints.size(), 2u);
  EXPECT_EQ(own.fingerprints[0].hash, "sha-256");
  EXPECT_EQ(own.malformed, 1u);
  EXPECT_EQ(own.setup, SetupRole::passive);
  EXPECT_TRUE(own.tls_id.empty());
}

}  // namespace
}  // namespace cadenas::sip
