#include "base/keyed_hash.hpp"

#include <string>

#include <gtest/gtest.h>

namespace cadenas::base {
namespace {

// The key 00…0f and the inputs 00, 00 01, … are those of the reference vectors published with SipHash-2-4.
TEST(KeyedHash, AgreesWithTheReferenceVectors) {
  const std::array<std::uint64_t, 2> key{0x0706050403020100U, 0x0f0e0d0c0b0a0908U};
  std::string input;
  for (char c = 0; c < 15; ++c) input += c;
  EXPECT_EQ(sip_hash(key, input), 0xa129ca6149be45e5U);
  EXPECT_EQ(sip_hash(key, ""), 0x726fdb47dd0e0e31U);
}

TEST(KeyedHash, IsTheSameForTheSameTextInOneProcess) {
  EXPECT_EQ(keyed_hash("z9hG4bK1"), keyed_hash("z9hG4bK1"));
  EXPECT_NE(keyed_hash("z9hG4bK1"), keyed_hash("z9hG4bK2"));
}

}  // namespace
}  // namespace cadenas::base
