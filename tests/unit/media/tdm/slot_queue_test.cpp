#include "media/tdm/slot_queue.hpp"

#include <gtest/gtest.h>

namespace cadenas::media::tdm {
namespace {

SlotFrame frame(std::uint8_t number) {
  SlotFrame frame;
  frame.fill(number);
  return frame;
}

class SlotQueueTest : public testing::Test {
 protected:
  void put(int frames) {
    for (int i = 0; i < frames; ++i) queue_.put(frame(next_++));
  }
  /// The number of the frame, -1 if there was none.
  int take() {
    SlotFrame out;
    return queue_.take(out) ? out[0] : -1;
  }

  SlotQueue queue_;
  std::uint8_t next_ = 0;
};

TEST_F(SlotQueueTest, BeginsWhenTwoFramesWaitAndGivesThemInOrder) {
  put(1);
  EXPECT_EQ(take(), -1);
  put(1);
  for (int i = 0; i < 300; ++i) {
    ASSERT_EQ(take(), i % 256);
    put(1);
  }
  EXPECT_EQ(queue_.missed(), 0u) << "nothing was missed before the beginning";
  EXPECT_EQ(queue_.frames(), 302u);
}

TEST_F(SlotQueueTest, BearsASideThatIsLateByAFrameWithoutLosingOne) {
  put(2);
  EXPECT_EQ(take(), 0);
  EXPECT_EQ(take(), 1) << "nothing was put meanwhile";
  put(2);
  EXPECT_EQ(take(), 2);
  EXPECT_EQ(queue_.missed() + queue_.slipped(), 0u);
}

TEST_F(SlotQueueTest, CountsWhatIsMissedAndBeginsAnewAfterAPause) {
  put(2);
  take();
  take();
  for (int i = 0; i < 50; ++i) EXPECT_EQ(take(), -1);
  EXPECT_EQ(queue_.missed(), 5u) << "a pause is no loss for ever";
  put(1);
  EXPECT_EQ(take(), -1);
  put(1);
  EXPECT_EQ(take(), 2);
}

TEST_F(SlotQueueTest, KeepsTheDelayBoundedByThrowingAwayTheOldest) {
  put(5);
  EXPECT_EQ(take(), 3) << "two wait as at the start";
  EXPECT_EQ(queue_.slipped(), 3u);
}

TEST_F(SlotQueueTest, TakesNoMoreThanItHasRoomForWhenNobodyListens) {
  put(100);
  EXPECT_EQ(queue_.frames(), 8u);
  EXPECT_EQ(queue_.slipped(), 92u);
  EXPECT_EQ(take(), 6);
}

}  // namespace
}  // namespace cadenas::media::tdm
