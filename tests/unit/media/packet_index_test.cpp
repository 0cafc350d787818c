#include "media/packet_index.hpp"

#include <bitset>
#include <set>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "media/replay_window.hpp"

namespace cadenas::media {
namespace {

/// The pseudo-code of RFC 3711 appendix A, word by word.
std::int64_t rfc_index(std::uint64_t highest, std::uint16_t sequence) {
  const std::int64_t roc = static_cast<std::int64_t>(highest >> 16);
  const std::int64_t s_l = highest & 0xffff;
  std::int64_t v = roc;
  if (s_l < 32768) {
    if (sequence - s_l > 32768) v = roc - 1;
  } else {
    if (s_l - 32768 > sequence) v = roc + 1;
  }
  return sequence + v * 65536;
}

TEST(PacketIndex, EstimatesAsRfc3711AppendixA) {
  EXPECT_TRUE(rc::check([](std::uint32_t high, std::uint16_t low, std::uint16_t sequence) {
    const std::uint64_t highest = (std::uint64_t{high} << 16) | low;
    const std::int64_t expected = rfc_index(highest, sequence);
    const auto got = PacketIndex(highest).estimate(sequence);
    if (expected < 0 || expected >= static_cast<std::int64_t>(PacketIndex::kEnd)) {
      RC_ASSERT(!got);
    } else {
      RC_ASSERT(got.value() == static_cast<std::uint64_t>(expected));
    }
  }));
}

TEST(PacketIndex, KeepsTheRoundExactlyHalfWayAsTheRfcDoes) {
  EXPECT_EQ(PacketIndex(0x10000 + 5).estimate(0x8005), 0x18005u);
  EXPECT_EQ(PacketIndex(0x10000 + 0x9000).estimate(0x1000), 0x11000u);
}

TEST(PacketIndex, EndsWithTheLastIndexOfAKey) {
  const PacketIndex last(PacketIndex::kEnd - 1);
  EXPECT_EQ(last.estimate(0xffff), PacketIndex::kEnd - 1);
  EXPECT_EQ(last.estimate(0), std::nullopt);
}

TEST(ReplayWindow, RemembersAtLeastTheLast64Indices) {
  ReplayWindow window;
  for (std::uint64_t i = 1000; i < 1200; ++i) window.add(i);
  for (std::uint64_t age = 0; age < 64; ++age) EXPECT_FALSE(window.is_new(1199 - age)) << age;
}

TEST(ReplayWindow, TakesLatePacketsOnceAndNoneTooOldToTell) {
  ReplayWindow window;
  window.add(1000);
  EXPECT_TRUE(window.is_new(1000 - 127));
  EXPECT_FALSE(window.is_new(1000 - 128));
  window.add(1000 - 127);
  EXPECT_FALSE(window.is_new(1000 - 127));
  window.add(1001);
  EXPECT_FALSE(window.is_new(1000 - 127));
  EXPECT_TRUE(window.is_new(1002));
}

TEST(ReplayWindow, AgreesWithASetOfAllIndices) {
  EXPECT_TRUE(rc::check([](const std::vector<std::uint8_t>& steps, std::uint32_t start) {
    ReplayWindow window;
    std::set<std::uint64_t> seen;
    std::uint64_t highest = 0;
    std::uint64_t at = start;
    for (const std::uint8_t step : steps) {
      // Mostly forward, now and then far ahead or back.
      at = step > 250 ? at + 1000 : step > 128 ? at - std::min<std::uint64_t>(at, step - 128) : at + step % 5;
      const bool expected = (seen.empty() || at + ReplayWindow::kSize > highest) && !seen.contains(at);
      RC_ASSERT(window.is_new(at) == expected);
      if (!expected) continue;
      window.add(at);
      seen.insert(at);
      highest = std::max(highest, at);
    }
  }));
}

}  // namespace
}  // namespace cadenas::media
