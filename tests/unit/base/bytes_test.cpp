#include "base/bytes.hpp"

#include <gtest/gtest.h>

namespace cadenas::base {
namespace {

TEST(Base64, EncodesTheVectorsOfRfc4648Section10) {
  EXPECT_EQ(to_base64(as_bytes("")), "");
  EXPECT_EQ(to_base64(as_bytes("f")), "Zg==");
  EXPECT_EQ(to_base64(as_bytes("fo")), "Zm8=");
  EXPECT_EQ(to_base64(as_bytes("foo")), "Zm9v");
  EXPECT_EQ(to_base64(as_bytes("foobar")), "Zm9vYmFy");
}

TEST(Base64, DecodesWithAndWithoutPadding) {
  for (const auto* text : {"Zm8=", "Zm8"}) {
    const auto bytes = from_base64(text);
    ASSERT_TRUE(bytes) << text;
    EXPECT_EQ(as_text(*bytes), "fo");
  }
}

TEST(Base64, RefusesWhatIsNotBase64) {
  for (const auto* text : {"Z", "Zm8*", "Zm=8", "Zg=", "Zh==", "Zm9v=", "===="}) {
    EXPECT_FALSE(from_base64(text)) << text;
  }
}

TEST(Hex, RoundTripsAndRefusesOddLength) {
  const auto bytes = from_hex("00fFa0");
  ASSERT_TRUE(bytes);
  EXPECT_EQ(to_hex(*bytes), "00ffa0");
  EXPECT_FALSE(from_hex("abc"));
  EXPECT_FALSE(from_hex("zz"));
}

TEST(SecretBytes, MovedFromHoldsNothing) {
  auto secret = SecretBytes::random(30);
  const SecretBytes taken = std::move(secret);
  EXPECT_EQ(taken.size(), 30U);
  EXPECT_TRUE(secret.empty());  // NOLINT(bugprone-use-after-move): the emptiness is what is tested
}

}  // namespace
}  // namespace cadenas::base
