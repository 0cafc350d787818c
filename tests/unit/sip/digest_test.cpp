#include "sip/digest.hpp"

#include <gtest/gtest.h>

namespace cadenas::sip {
namespace {

// The worked example of RFC 7616 section 3.9.1, whose body names both algorithms.
DigestCredentials rfc7616(DigestAlgorithm algorithm) {
  DigestCredentials c;
  c.username = "Mufasa";
  c.realm = "http-auth@example.org";
  c.nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v";
  c.uri = "/dir/index.html";
  c.algorithm = algorithm;
  c.qop_auth = true;
  c.nonce_count = 1;
  c.nonce_count_text = "00000001";
  c.cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
  return c;
}

TEST(Digest, MatchesTheExamplesOfRfc7616) {
  auto md5 = rfc7616(DigestAlgorithm::md5);
  const auto ha1 = digest_ha1(DigestAlgorithm::md5, md5.username, md5.realm, "Circle of Life");
  EXPECT_EQ(digest_response(md5, ha1, "GET"), "8ca523f5e9506fed4657c9700eebdbec");
  auto sha = rfc7616(DigestAlgorithm::sha256);
  const auto ha1_sha = digest_ha1(DigestAlgorithm::sha256, sha.username, sha.realm, "Circle of Life");
  EXPECT_EQ(digest_response(sha, ha1_sha, "GET"), "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
}

// RFC 2617 section 3.5, and RFC 2069's form without qop for the same values.
TEST(Digest, MatchesTheExampleOfRfc2617AndTheOldFormWithoutQop) {
  const auto ha1 = digest_ha1(DigestAlgorithm::md5, "Mufasa", "testrealm@host.com", "Circle Of Life");
  EXPECT_EQ(ha1, "939e7578ed9e3c518a452acee763bce9");
  auto c = DigestCredentials::parse(
      R"(Digest username="Mufasa", realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093",)"
      R"( uri="/dir/index.html", qop=auth, nc=00000001, cnonce="0a4f113b",)"
      R"( response="6629fae49393a05397450978507c4ef1", opaque="5ccc069c403ebaf9f0171e9517f40e41")");
  ASSERT_TRUE(c) << c.error().message;
  EXPECT_TRUE(digest_verify(*c, ha1, "GET"));
  EXPECT_FALSE(digest_verify(*c, ha1, "PUT"));
  c->qop_auth = false;
  EXPECT_EQ(digest_response(*c, ha1, "GET"), "670fd8c2df070c60b045671b8b24ff02");
}

TEST(Digest, AnswerToOurChallengeVerifies) {
  for (const auto algorithm : {DigestAlgorithm::md5, DigestAlgorithm::sha256}) {
    DigestChallenge ours;
    ours.realm = "site \"A\" \\ B";
    ours.nonce = "abc";
    ours.opaque = "o";
    ours.stale = true;
    ours.algorithm = algorithm;
    const auto read = DigestChallenge::parse(ours.to_string());
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->realm, ours.realm);
    EXPECT_TRUE(read->stale);
    EXPECT_TRUE(read->qop_auth);
    const auto answer = digest_answer(*read, "100", "secret", "REGISTER", "sip:pbx", 0x1f);
    ASSERT_TRUE(answer);
    const auto credentials = DigestCredentials::parse(*answer);
    ASSERT_TRUE(credentials) << credentials.error().message;
    EXPECT_EQ(credentials->nonce_count, 0x1fU);
    EXPECT_EQ(credentials->algorithm, algorithm);
    EXPECT_TRUE(digest_verify(*credentials, digest_ha1(algorithm, "100", ours.realm, "secret"), "REGISTER"));
    EXPECT_FALSE(digest_verify(*credentials, digest_ha1(algorithm, "100", ours.realm, "Secret"), "REGISTER"));
  }
}

std::string code(std::string_view value) {
  const auto c = DigestCredentials::parse(value);
  return c ? "" : c.error().code;
}

TEST(Digest, RefusesMalformedCredentials) {
  const std::string good =
      "Digest username=\"a\", realm=\"r\", nonce=\"n\", uri=\"u\", response=\"0123456789abcdef0123456789ABCDEF\"";
  EXPECT_EQ(code(good), "");
  EXPECT_EQ(code(good + ", unknown=\"x,y\", other=1"), "");
  EXPECT_EQ(code("Basic abc"), "digest.scheme");
  EXPECT_EQ(code("Digest"), "digest.syntax");
  EXPECT_EQ(code(good + ","), "digest.syntax");
  EXPECT_EQ(code(good + ", x=\"open"), "digest.syntax");
  EXPECT_EQ(code(good + ", Realm=\"again\""), "digest.repeated");
  EXPECT_EQ(code(good + ", algorithm=MD5-sess"), "digest.algorithm");
  EXPECT_EQ(code(good + ", algorithm=SHA-256"), "digest.syntax") << "the response has MD5's length";
  EXPECT_EQ(code(good + ", qop=auth-int, nc=00000001, cnonce=\"c\""), "digest.qop");
  EXPECT_EQ(code(good + ", qop=auth, nc=00000001"), "digest.missing");
  EXPECT_EQ(code(good + ", qop=auth, cnonce=\"c\", nc=1"), "digest.syntax");
  EXPECT_EQ(code(good + ", qop=auth, cnonce=\"c\", nc=00000000"), "digest.syntax");
  EXPECT_EQ(code("Digest username=\"a\", realm=\"r\", nonce=\"n\", uri=\"u\""), "digest.missing");
}

TEST(Digest, DoesNotAnswerAQualityItCannotGive) {
  const auto challenge = DigestChallenge::parse("Digest realm=\"r\", nonce=\"n\", qop=\"auth-int\"");
  ASSERT_TRUE(challenge);
  EXPECT_EQ(digest_answer(*challenge, "a", "b", "INVITE", "sip:c").error().code, "digest.unsupported");
}

}  // namespace
}  // namespace cadenas::sip
