// Links between conference rooms, each with a packet loop of its own as if on another thread; no network, the time is
// the test's.
#include "media/room_link.hpp"

#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "media/dtls_context.hpp"
#include "media/dtls_work.hpp"
#include "media/room.hpp"
#include "room_phone.hpp"

namespace cadenas::media {
namespace {

using test::CarriedLoop;
using test::kFrame;
using test::kSilent;
using test::RoomPhone;

/// Rooms in a row, and phones in them.
class RoomLinkTest : public testing::Test {
 protected:
  struct There {
    CarriedLoop loop;
    Room room{{}};
    std::vector<std::unique_ptr<RoomPhone>> phones;
    std::vector<Port*> ports;

    ~There() {
      while (const std::unique_ptr<RoomMember> member = room.take_out_any()) member->end([] {});
    }
  };

  There& open() {
    rooms_.push_back(std::make_unique<There>());
    return *rooms_.back();
  }
  RoomPhone& join(There& there, Codec codec, double hum_hz = 0) {
    const MemberId id = ++last_member_;
    there.phones.push_back(std::make_unique<RoomPhone>(id, codec, Suite::aead_aes_256_gcm, hum_hz));
    RoomPhone& phone = *there.phones.back();
    there.room.join(id, std::make_shared<MemberCounters>(), LegSockets::bind(test::loopback(), pool_).value(),
                    there.loop, dtls_);
    there.ports.push_back(there.loop.ports[there.loop.ports.size() - 2]);
    there.room.configure(id, phone.media(), std::make_unique<MemberVoice>(phone.audio()));
    return phone;
  }
  LinkId link(There& a, There& b) {
    const auto to_a = std::make_shared<BridgePipe>();
    const auto to_b = std::make_shared<BridgePipe>();
    a.room.link(++last_link_, RoomLink(to_a, to_b));
    b.room.link(last_link_, RoomLink(to_b, to_a));
    return last_link_;
  }

  void mix(There& there) {
    for (std::size_t i = 0; i < there.phones.size(); ++i) there.phones[i]->say(there.loop, *there.ports[i], now_);
    there.room.mix(now_);
    for (CarriedLoop::Sent& sent : there.loop.take_sent()) {
      for (const auto& phone : there.phones) {
        if (!phone->got_report(sent) && phone->here == sent.to) phone->get(std::move(sent.packet), now_);
      }
    }
    for (const auto& phone : there.phones) phone->listen(now_);
  }
  void talk(int frames) {
    for (int i = 0; i < frames; ++i, now_ += kFrame) {
      for (const auto& there : rooms_) mix(*there);
    }
  }

  PortPool pool_{43'000, 43'999};
  DtlsContext dtls_context_{base::WallTime{}};
  DtlsWork dtls_{dtls_context_};
  std::vector<std::unique_ptr<There>> rooms_;
  base::SteadyTime now_{base::Millis{5'000}};
  MemberId last_member_ = 0;
  LinkId last_link_ = 0;
};

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
