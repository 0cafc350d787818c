// Links between conference rooms, each with a packet loop of its own as if on another thread; no network, the time is
// the test's.
#include "media/room_link.hpp"

#include <algorithm>
#include <cstdint>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

#include "linked_rooms.hpp"

namespace cadenas::media {
namespace {

using test::kSilent;
using test::RoomPhone;

class RoomLinkTest : public test::LinkedRooms {};

TEST_F(RoomLinkTest, LetsAllInALineOfRoomsHearAllOthersAndNobodyItself) {
  There& first = open();
  There& middle = open();
  There& last = open();
  link(first, middle);
  link(middle, last);
  RoomPhone& a = join(first, Codec::pcma, 500);
  RoomPhone& b = join(first, Codec::g722, 800);
  RoomPhone& c = join(middle, Codec::pcmu, 1'100);
  RoomPhone& d = join(last, Codec::opus, 1'400);
  talk(120);
  for (RoomPhone* phone : {&a, &b, &c, &d}) {
    for (const auto& [other, hz] : {std::pair{&a, 500.0}, {&b, 800.0}, {&c, 1'100.0}, {&d, 1'400.0}}) {
      if (other == phone) {
        EXPECT_LT(phone->hears(hz), kSilent) << phone->id << " hears itself";
      } else {
        EXPECT_NEAR(phone->hears(hz), 0, 2) << phone->id << " hears " << other->id;
      }
    }
  }
}

TEST_F(RoomLinkTest, CarriesTheBandThatIsListenedInBehindTheNextRoom) {
  There& first = open();
  There& middle = open();
  There& last = open();
  link(first, middle);
  link(middle, last);
  join(first, Codec::opus, 5'000);
  RoomPhone& narrow = join(middle, Codec::pcma);
  RoomPhone& wide = join(last, Codec::g722);
  talk(120);
  EXPECT_NEAR(wide.hears(5'000), 0, 3);
  EXPECT_LT(narrow.hears(3'000), kSilent);
}

TEST_F(RoomLinkTest, IsNotHeardAnyMoreWhereItWasTakenAway) {
  There& a = open();
  There& b = open();
  const LinkId id = link(a, b);
  join(a, Codec::pcma, 500);
  RoomPhone& listener = join(b, Codec::pcma);
  talk(60);
  EXPECT_NEAR(listener.hears(500), 0, 1);
  b.room.unlink(id);
  a.room.unlink(id);
  talk(60);
  EXPECT_LT(listener.hears(500), kSilent);
}

TEST_F(RoomLinkTest, LeavesSignalsOfARoomInThatRoom) {
  There& a = open();
  There& b = open();
  link(a, b);
  RoomPhone& here = join(a, Codec::pcma);
  RoomPhone& there = join(b, Codec::pcma);
  talk(20);
  a.room.announce(Announcement::clear);
  talk(30);
  EXPECT_GT(here.hears(330), -20);
  EXPECT_LT(there.hears(330), kSilent);
}

TEST(BridgePipe, GoesOnWhereOneSideWasHeldUp) {
  BridgePipe pipe;
  const auto push = [&] {
    BridgePipe::Frame* frame = pipe.next();
    if (!frame) return false;
    frame->bands = band_bit(SampleRate::narrow);
    pipe.push();
    return true;
  };
  const auto both = [&](int frames) {
    int heard = 0;
    for (int i = 0; i < frames; ++i) {
      push();
      if (pipe.take()) ++heard;
    }
    return heard;
  };
  EXPECT_EQ(both(20), 19) << "it begins with two in hand";
  int taken = 0;
  for (int i = 0; i < 30; ++i) taken += push() ? 1 : 0;
  EXPECT_LE(taken, 4) << "what nobody takes is left out";
  EXPECT_EQ(both(20), 20);
  int heard = 0;
  for (int i = 0; i < 30; ++i) heard += pipe.take() ? 1 : 0;
  EXPECT_LE(heard, 3) << "then it is silent";
  EXPECT_EQ(both(20), 19);
}

TEST(BridgePipe, HandsEachFrameOverOnceAndInOrderBetweenTwoThreads) {
  constexpr std::int16_t kLast = 20'000;
  BridgePipe pipe;
  std::thread speaker([&] {
    for (std::int16_t number = 1; number <= kLast;) {
      BridgePipe::Frame* frame = pipe.next();
      if (!frame) {
        std::this_thread::yield();
        continue;
      }
      frame->bands = band_bit(SampleRate::narrow);
      std::ranges::fill(frame->room(SampleRate::narrow), number);
      pipe.push();
      ++number;
    }
  });
  std::int16_t before = 0;
  while (before < kLast - 1) {
    const BridgePipe::Frame* frame = pipe.take();
    if (!frame) {
      std::this_thread::yield();
      continue;
    }
    const Samples audio = frame->in(SampleRate::narrow);
    // What became too many is left out; nothing is torn, and nothing comes twice.
    ASSERT_GT(audio.front(), before);
    ASSERT_EQ(audio.front(), audio.back());
    before = audio.front();
  }
  speaker.join();
}

}  // namespace
}  // namespace cadenas::media
