// Time slots in a conference room; the test makes the frames.
#include "media/tdm/slot_member.hpp"

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "../audio/signals.hpp"
#include "media/audio/tone.hpp"
#include "media/audio/tone_table.hpp"
#include "media/room.hpp"
#include "media/tdm/slot_channel.hpp"

namespace cadenas::media::tdm {
namespace {

using test::Audio;

constexpr SampleRate kRate = SampleRate::narrow;
constexpr double kSaid = 6'000;

/// A port with its hum, and what it hears.
struct Set {
  explicit Set(G711Law law, double hz, double seconds = 3)
      : channel(std::make_shared<SlotChannel>(law)), says(test::sine(kRate, hz, seconds, hz > 0 ? kSaid : 0)) {}

  double hears(double hz) const { return test::amplitude_at(Samples(heard).last(4'000), kRate, hz); }

  std::shared_ptr<SlotChannel> channel;
  std::shared_ptr<MemberCounters> counters = std::make_shared<MemberCounters>();
  Audio says;
  Audio heard;
};

class SlotMemberTest : public testing::Test {
 protected:
  Set& join(G711Law law, double hz) {
    sets_.push_back(std::make_unique<Set>(law, hz));
    room_.join(sets_.size(), sets_.back()->counters, TimeSlot(sets_.back()->channel));
    return *sets_.back();
  }
  void talk(int frames) {
    for (int i = 0; i < frames; ++i, ++frame_, now_ += base::Millis{kFrameMs}) {
      for (const auto& set : sets_) {
        SlotFrame octets;
        for (std::size_t s = 0; s < octets.size(); ++s) {
          octets[s] = g711_encode(set->channel->law(), set->says[(frame_ * kFrameOctets + s) % set->says.size()]);
        }
        set->channel->heard.put(octets);
      }
      room_.mix(now_);
      for (const auto& set : sets_) {
        SlotFrame octets = {};
        const bool is_there = set->channel->said.take(octets);
        for (const std::uint8_t octet : octets) {
          set->heard.push_back(is_there ? g711_decode(set->channel->law(), octet) : std::int16_t{0});
        }
      }
    }
  }

  std::string digits_;
  Room room_{[this](MemberId member, char digit) { digits_ += std::to_string(member) + digit; }};
  std::vector<std::unique_ptr<Set>> sets_;
  std::size_t frame_ = 0;
  base::SteadyTime now_{base::Millis{5'000}};
};

TEST_F(SlotMemberTest, HearsTheOthersAndNotItself) {
  // CONF-3
  Set& a = join(G711Law::a, 500);
  Set& b = join(G711Law::mu, 800);
  Set& c = join(G711Law::a, 1'200);
  talk(100);
  for (Set* set : {&a, &b, &c}) {
    for (const auto& [other, hz] : {std::pair{&a, 500.0}, {&b, 800.0}, {&c, 1'200.0}}) {
      if (other == set) {
        EXPECT_LT(set->hears(hz), 150) << "itself at " << hz;
      } else {
        EXPECT_NEAR(set->hears(hz), kSaid, 300) << hz;
      }
    }
    EXPECT_TRUE(set->counters->read().speaks);
    EXPECT_EQ(set->channel->stats().missed + set->channel->stats().slipped, 0u);
  }
}

TEST_F(SlotMemberTest, TakesItsSeat) {
  Set& a = join(G711Law::a, 500);
  Set& b = join(G711Law::a, 800);
  room_.seat(1, Seat::listens);
  talk(100);
  EXPECT_LT(b.hears(500), 100);
  EXPECT_NEAR(a.hears(800), kSaid, 300);
  room_.seat(1, Seat::waits);
  talk(100);
  EXPECT_LT(a.hears(800), 100);
  EXPECT_LT(b.hears(500), 100);
  EXPECT_EQ(a.counters->read().seat, Seat::waits);
  EXPECT_FALSE(a.counters->read().speaks);
}

TEST_F(SlotMemberTest, DialsInItsVoice) {
  Set& a = join(G711Law::a, 0);
  a.says = Audio(kFrameOctets * 5);
  for (const char digit : std::string("1#")) {
    ToneGenerator tone(*dtmf_tone(digit), kRate);
    Audio sound(samples_in(kRate, 200));
    tone.fill(sound);
    a.says.insert(a.says.end(), sound.begin(), sound.end());
  }
  talk(static_cast<int>(a.says.size() / kFrameOctets));
  EXPECT_EQ(digits_,
            "11"
            "1#");
}

TEST_F(SlotMemberTest, GivesItsSlotBackWhenItLeaves) {
  Set& a = join(G711Law::a, 500);
  talk(1);
  EXPECT_EQ(room_.size(), 1u);
  EXPECT_TRUE(room_.take_out_slot(1));
  EXPECT_FALSE(room_.take_out_slot(1));
  EXPECT_TRUE(a.channel->is_let_go());
  EXPECT_EQ(room_.size(), 0u);
}

}  // namespace
}  // namespace cadenas::media::tdm
