#include "base/loop.hpp"

#include <future>
#include <stdexcept>

#include <gtest/gtest.h>

namespace cadenas::base {
namespace {

TEST(Loops, PostedWorkRunsOnTheLoopItWasPostedTo) {
  const SystemClock clock;
  Loops loops(2, clock);
  loops.start();
  for (unsigned i = 0; i < loops.size(); ++i) {
    std::promise<std::pair<bool, bool>> where;
    loops.at(i).post([&, i] { where.set_value({loops.at(i).is_current(), loops.at(1 - i).is_current()}); });
    EXPECT_EQ(where.get_future().get(), std::make_pair(true, false));
  }
}

TEST(Loops, ExceptionAtTheEdgeDoesNotStopTheLoop) {
  const SystemClock clock;
  Loops loops(1, clock);
  loops.start();
  loops.at(0).post([] { throw std::logic_error("a bug in one call"); });
  std::promise<void> alive;
  loops.at(0).post([&] { alive.set_value(); });
  alive.get_future().get();
}

TEST(Loops, TimerFiresAfterAnEarlierOneWasCancelled) {
  const SystemClock clock;
  Loops loops(1, clock);
  loops.start();
  std::promise<void> fired;
  loops.at(0).post([&] {
    auto& loop = loops.at(0);
    const auto first = loop.after(Millis{1}, [] {});
    loop.after(Millis{5}, [&] { fired.set_value(); });
    loop.cancel(first);
  });
  fired.get_future().get();
}

}  // namespace
}  // namespace cadenas::base
