#include "base/bytes.hpp"

#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

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

// What a thread holds ahead is a multiple of none of these sizes: requests end at, before and behind its end.
TEST(Random, GivesNoOctetsTwice) {
  std::set<std::string> given;
  std::size_t asked = 0;
  for (int round = 0; round < 200; ++round) {
    for (const std::size_t octets : {8UL, 13UL, 30UL, 64UL, 65UL, 600UL}) {
      // Windows of eight octets would meet again if any were handed out a second time.
      const std::string hex = random_hex(octets);
      ASSERT_EQ(hex.size(), 2 * octets);
      for (std::size_t at = 0; at + 16 <= hex.size(); at += 2) {
        given.insert(hex.substr(at, 16));
        ++asked;
      }
    }
  }
  EXPECT_EQ(given.size(), asked);
}

TEST(Random, GivesEachThreadItsOwn) {
  std::mutex guard;
  std::set<std::string> given;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 500; ++n) {
        std::string word = random_hex(8);
        const std::lock_guard lock(guard);
        given.insert(std::move(word));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(given.size(), 2000U);
}

TEST(SecretBytes, MovedFromHoldsNothing) {
  auto secret = SecretBytes::random(30);
  const SecretBytes taken = std::move(secret);
  EXPECT_EQ(taken.size(), 30U);
  EXPECT_TRUE(secret.empty());  // NOLINT(bugprone-use-after-move): the emptiness is what is tested
}

}  // namespace
}  // namespace cadenas::base
