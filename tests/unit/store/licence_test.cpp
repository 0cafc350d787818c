// RIGHT-1: the unlock key of menu 2.1.3.
#include "store/licence.hpp"

#include <algorithm>
#include <cctype>

#include <gtest/gtest.h>

namespace cadenas::store {
namespace {

TEST(Licence, KeyIsFiveGroupsOfFourUpperCaseHexDigits) {
  const std::string key = unlock_key_for("0011223344556677");
  ASSERT_EQ(key.size(), 24u);
  for (std::size_t i = 0; i < key.size(); ++i) {
    const auto c = static_cast<unsigned char>(key[i]);
    EXPECT_TRUE(i % 5 == 4 ? c == '-' : std::isdigit(c) || (c >= 'A' && c <= 'F')) << key;
  }
}

TEST(Licence, KeyFitsItsOwnSystemOnly) {
  const std::string key = unlock_key_for("0011223344556677");
  EXPECT_TRUE(unlock_key_fits(key, "0011223344556677"));
  EXPECT_FALSE(unlock_key_fits(key, "0011223344556678"));
  EXPECT_FALSE(unlock_key_fits("", "0011223344556677"));
}

TEST(Licence, NoKeyFitsASystemWithoutAnId) {
  EXPECT_FALSE(unlock_key_fits(unlock_key_for(""), ""));
}

TEST(Licence, KeyIsAcceptedAsPeopleTypeIt) {
  std::string key = unlock_key_for("0011223344556677");
  std::transform(key.begin(), key.end(), key.begin(), [](unsigned char c) { return std::tolower(c); });
  std::replace(key.begin(), key.end(), '-', ' ');
  EXPECT_TRUE(unlock_key_fits(" " + key + " ", "0011223344556677"));
}

}  // namespace
}  // namespace cadenas::store
