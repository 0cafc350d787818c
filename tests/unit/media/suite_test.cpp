#include "media/suite.hpp"

#include <gtest/gtest.h>

namespace cadenas::media {
namespace {

TEST(Suite, HasTheLengthsOfRfc4568Rfc6188AndRfc7714) {
  EXPECT_EQ(facts(Suite::aes_cm_128_hmac_sha1_80).keying(), 30u);
  EXPECT_EQ(facts(Suite::aes_256_cm_hmac_sha1_80).keying(), 46u);
  EXPECT_EQ(facts(Suite::aes_cm_128_hmac_sha1_32).rtp_tag, 4u);
  EXPECT_EQ(facts(Suite::aes_cm_128_hmac_sha1_32).rtcp_tag, 10u);
  EXPECT_EQ(facts(Suite::aes_256_cm_hmac_sha1_32).rtp_tag, 4u);
  EXPECT_EQ(facts(Suite::aes_256_cm_hmac_sha1_80).rtp_tag, 10u);
  EXPECT_EQ(facts(Suite::aes_256_cm_hmac_sha1_32).tag(Protocol::rtcp), 10u);
  EXPECT_EQ(facts(Suite::aead_aes_128_gcm).keying(), 28u);
  EXPECT_EQ(facts(Suite::aead_aes_256_gcm).keying(), 44u);
  EXPECT_EQ(facts(Suite::aead_aes_256_gcm).tag(Protocol::rtp), 16u);
  EXPECT_EQ(facts(Suite::aead_aes_256_gcm).tag(Protocol::rtcp), 16u);
  for (const SuiteFacts& suite : all_suites()) EXPECT_EQ(suite.is_aead(), suite.sdp_name.starts_with("AEAD_"));
}

TEST(Suite, ReadsEveryNameItWritesAndTheDraftSpelling) {
  for (const SuiteFacts& suite : all_suites()) {
    EXPECT_EQ(suite_from_sdp(suite.sdp_name), suite.suite) << suite.sdp_name;
    EXPECT_EQ(&facts(suite.suite), &suite);
  }
  EXPECT_EQ(suite_from_sdp("AES_CM_256_HMAC_SHA1_80"), Suite::aes_256_cm_hmac_sha1_80);
  EXPECT_EQ(suite_from_sdp("AES_CM_256_HMAC_SHA1_32"), Suite::aes_256_cm_hmac_sha1_32);
}

TEST(Suite, DoesNotReadWhatItDoesNotHave) {
  EXPECT_EQ(suite_from_sdp("F8_128_HMAC_SHA1_80"), std::nullopt);
  EXPECT_EQ(suite_from_sdp("AES_CM_128_HMAC_SHA1_8"), std::nullopt);
  EXPECT_EQ(suite_from_sdp("AES_192_CM_HMAC_SHA1_80"), std::nullopt);
  EXPECT_EQ(suite_from_sdp("AEAD_AES_256_GCM_8"), std::nullopt) << "of a draft";
  EXPECT_EQ(suite_from_sdp("aes_cm_128_hmac_sha1_80"), std::nullopt);
  EXPECT_EQ(suite_from_sdp(""), std::nullopt);
}

}  // namespace
}  // namespace cadenas::media
