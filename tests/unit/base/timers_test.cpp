#include "base/timers.hpp"

#include <string>

#include <gtest/gtest.h>

namespace cadenas::base {
namespace {

constexpr SteadyTime at_ms(int ms) {
  return SteadyTime{Millis{ms}};
}

TEST(Timers, RunInOrderOfDeadlineAndThenOfAsking) {
  Timers timers;
  std::string order;
  timers.at(at_ms(20), [&] { order += "c"; });
  timers.at(at_ms(10), [&] { order += "a"; });
  timers.at(at_ms(10), [&] { order += "b"; });
  timers.run_due(at_ms(15));
  EXPECT_EQ(order, "ab");
  timers.run_due(at_ms(20));
  EXPECT_EQ(order, "abc");
  EXPECT_EQ(timers.next(), std::nullopt);
}

TEST(Timers, CancelledTimerNeverRunsAndIsForgotten) {
  Timers timers;
  const auto id = timers.at(at_ms(1), [] { FAIL() << "ran after it was cancelled"; });
  EXPECT_TRUE(timers.cancel(id));
  EXPECT_FALSE(timers.cancel(id));
  timers.run_due(at_ms(5));
  EXPECT_EQ(timers.size(), 0U);
}

TEST(Timers, CallbackMayAddADueTimerAndCancelAnother) {
  Timers timers;
  int ran = 0;
  Timers::Id victim = 0;
  timers.at(at_ms(1), [&] {
    timers.at(at_ms(1), [&] { ++ran; });
    timers.cancel(victim);
  });
  victim = timers.at(at_ms(2), [] { FAIL() << "was cancelled by the first"; });
  timers.run_due(at_ms(2));
  EXPECT_EQ(ran, 1);
}

}  // namespace
}  // namespace cadenas::base
