#include "store/credentials.hpp"

#include <type_traits>

#include <gtest/gtest.h>

#include "base/log.hpp"
#include "store/password_hash.hpp"

namespace cadenas::store {
namespace {

// The user of RFC 7616 §3.9.1.
TEST(DigestCredentials, AreBothHa1ValuesInLowerCaseHex) {
  const DigestCredentials c = digest_credentials("Mufasa", "http-auth@example.org", "Circle of Life");
  EXPECT_EQ(c.md5.reveal_hex(), "3d78807defe7de2157e2b0b6573a855f");
  EXPECT_EQ(c.sha256.reveal_hex(), "7987c64c30e25f1b74be53f966b49b90f2808aa92faf9a00262392d7b4794232");
}

// The user of RFC 2617 §3.5.
TEST(DigestCredentials, AgreeWithTheOlderExample) {
  EXPECT_EQ(digest_credentials("Mufasa", "testrealm@host.com", "Circle Of Life").md5.reveal_hex(),
            "939e7578ed9e3c518a452acee763bce9");
}

TEST(Ha1, ComesBackFromItsHexAndFromNothingElse) {
  const std::string md5(32, 'a');
  EXPECT_EQ(Ha1::from_hex(md5)->reveal_hex(), md5);
  for (const std::string& bad : {std::string(), std::string(31, 'a'), std::string(33, 'a'), std::string(65, 'a'),
                                 std::string(32, 'A'), std::string(32, 'g')}) {
    const auto refused = Ha1::from_hex(bad);
    ASSERT_FALSE(refused) << bad;
    EXPECT_EQ(refused.error().code, "store.ha1");
  }
}

TEST(Ha1, CannotBeLoggedByAccident) {
  EXPECT_FALSE((std::is_constructible_v<base::log::Field, std::string_view, Ha1>));
  EXPECT_FALSE((std::is_constructible_v<base::log::Field, std::string_view, PasswordHash>));
  EXPECT_FALSE((std::is_convertible_v<Ha1, std::string_view>));
}

// RFC 7914 §12, third vector, its first 32 octets.
TEST(PasswordHash, AgreesWithTheScryptVector) {
  const auto hash =
      PasswordHash::from_encoded("scrypt$16384$8$1$U29kaXVtQ2hsb3JpZGU=$cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofI=");
  ASSERT_TRUE(hash);
  EXPECT_TRUE(hash->matches("pleaseletmein"));
  EXPECT_FALSE(hash->matches("pleaseletmeim"));
  EXPECT_FALSE(hash->matches(""));
}

TEST(PasswordHash, IsFreshEachTimeAndComesBackFromItsEncoding) {
  const auto a = PasswordHash::of("correct horse");
  const auto b = PasswordHash::of("correct horse");
  ASSERT_TRUE(a && b);
  EXPECT_NE(a->reveal_encoded(), b->reveal_encoded());
  EXPECT_EQ(a->reveal_encoded().find("correct"), std::string::npos);
  EXPECT_TRUE(PasswordHash::from_encoded(a->reveal_encoded())->matches("correct horse"));
}

TEST(PasswordHash, RefusesAShortPassword) {
  EXPECT_EQ(PasswordHash::of("123456789").error().code, "account.password-too-short");
}

TEST(PasswordHash, MatchesNothingWhileEmpty) {
  EXPECT_FALSE(PasswordHash().matches(""));
}

TEST(PasswordHash, RefusesAnythingThatIsNotItsEncoding) {
  for (const char* bad : {"", "scrypt", "scrypt$0$8$1$YQ==$YQ==", "bcrypt$16384$8$1$YQ==$YQ==",
                          "scrypt$16384$8$1$YQ==$YQ==", "scrypt$x$8$1$YQ==$YQ=="}) {
    EXPECT_FALSE(PasswordHash::from_encoded(bad)) << bad;
  }
}

}  // namespace
}  // namespace cadenas::store
