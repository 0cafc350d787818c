#include "base/published.hpp"

#include <array>
#include <atomic>
#include <thread>

#include <gtest/gtest.h>

namespace cadenas::base {
namespace {

TEST(Published, ShowsTheNewValueAndLeavesTheOldToWhoHoldsIt) {
  Published<int> value(std::make_shared<const int>(1));
  const auto held = value.load();
  value.store(std::make_shared<const int>(2));
  EXPECT_EQ(*held, 1);
  EXPECT_EQ(*value.load(), 2);
}

TEST(Published, LetsTheOldValueGoWithItsLastReader) {
  Published<int> value(std::make_shared<const int>(1));
  const std::weak_ptr<const int> old = value.load();
  value.store(std::make_shared<const int>(2));
  EXPECT_TRUE(old.expired());
}

// Made for the thread sanitizer.
TEST(Published, NeverShowsAnOlderValueAfterANewerOne) {
  Published<int> value(std::make_shared<const int>(0));
  std::atomic<int> broken{0};
  std::array<std::thread, 3> readers;
  for (auto& reader : readers) {
    reader = std::thread([&] {
      for (int last = 0; last < 2000;) {
        const int seen = *value.load();
        if (seen < last) ++broken;
        last = seen;
      }
    });
  }
  for (int i = 1; i <= 2000; ++i) value.store(std::make_shared<const int>(i));
  for (auto& reader : readers) reader.join();
  EXPECT_EQ(broken, 0);
}

}  // namespace
}  // namespace cadenas::base
