#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "pki/identity.hpp"
#include "test_ca.hpp"

namespace cadenas::pki {
namespace {

// For the thread sanitiser: readers on many loops, one replacing; what is read is whole and never older than its
// generation promises.
TEST(LiveIdentity, IsReadWholeWhileItIsReplaced) {
  constexpr int swaps = 300;
  std::vector<std::shared_ptr<const Identity>> generations;
  for (int i = 0; i < 4; ++i) {
    generations.push_back(std::make_shared<const Identity>(issue({.common_name = std::to_string(i)})));
  }
  LiveIdentity live_identity(generations[0]);
  std::atomic<bool> stop{false};
  std::atomic<int> broken{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      std::uint64_t last = 0;
      while (!stop.load()) {
        const std::uint64_t generation = live_identity.generation();
        const auto identity = live_identity.current();
        if (!identity || identity->leaf().facts().common_name.size() != 1 || generation < last) ++broken;
        last = generation;
      }
    });
  }
  for (int i = 1; i <= swaps; ++i) live_identity.replace(generations[static_cast<std::size_t>(i) % 4]);
  stop = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(broken.load(), 0);
  EXPECT_EQ(live_identity.generation(), swaps + 1U);
  EXPECT_EQ(live_identity.current(), generations[swaps % 4]);
}

TEST(LiveIdentity, LetsGoOfWhatItReplaced) {
  auto first = std::make_shared<const Identity>(issue({.common_name = "a"}));
  const std::weak_ptr<const Identity> watch = first;
  LiveIdentity live_identity(std::move(first));
  const auto held = live_identity.current();
  live_identity.replace(std::make_shared<const Identity>(issue({.common_name = "b"})));
  EXPECT_EQ(watch.use_count(), 1);
  EXPECT_EQ(held->leaf().facts().common_name, "a");
}

}  // namespace
}  // namespace cadenas::pki
