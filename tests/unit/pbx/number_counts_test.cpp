#include "pbx/number_counts.hpp"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace cadenas::pbx {
namespace {

TEST(NumberCounts, GivesNoMoreTicketsThanTheLimitAndTakesThemBack) {
  NumberCounts counts;
  auto first = counts.take("100", 2);
  auto second = counts.take("100", 2);
  EXPECT_TRUE(first);
  EXPECT_TRUE(second);
  EXPECT_FALSE(counts.take("100", 2));
  EXPECT_TRUE(counts.take("200", 2)) << "each number has its own";
  first.give_back();
  EXPECT_TRUE(counts.take("100", 2));
  second = {};
  first = counts.take("100", 2);
  EXPECT_TRUE(counts.take("100", 2));
}

TEST(NumberCounts, HoldsTheLimitForLoopsThatTakeAtOnce) {
  constexpr int threads = 4, rounds = 3'000, numbers = 2'000;  // more numbers than chains: entries are made all along
  NumberCounts counts;
  std::atomic<int> held{0};
  std::atomic<int> most{0};
  std::vector<std::thread> loops;
  for (int loop = 0; loop < threads; ++loop) {
    loops.emplace_back([&, loop] {
      for (int i = 0; i < rounds; ++i) {
        counts.take(std::to_string((i + loop) % numbers), 100);
        const auto ticket = counts.take("busy", 2);
        if (!ticket) continue;
        const int now = held.fetch_add(1) + 1;
        int seen = most.load();
        while (now > seen && !most.compare_exchange_weak(seen, now)) {
        }
        held.fetch_sub(1);
      }
    });
  }
  for (auto& loop : loops) loop.join();
  EXPECT_LE(most.load(), 2);
  EXPECT_TRUE(counts.take("busy", 1)) << "all were given back";
}

}  // namespace
}  // namespace cadenas::pbx
