// The bus with shelves in this process; the test makes its 20 ms.
#include "media/tdm/bus.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <string>
#include <variant>

#include <gtest/gtest.h>

#include "media/audio/tone.hpp"
#include "stepped_bus.hpp"

namespace cadenas::media::tdm {
namespace {

using test::amplitude_at;
using test::Audio;
using test::SteppedBus;
using Events = std::vector<std::pair<PortId, Event>>;

constexpr SampleRate kRate = SampleRate::narrow;
constexpr double kAmplitude = 6'000;

class BusTest : public testing::Test {
 protected:
  static ShelfDescription description(const std::string& name, G711Law law = G711Law::a) {
    return {name,
            law,
            1,
            {{{0, 1}, PortKind::analogue, false}, {{0, 2}, PortKind::analogue, true}, {{0, 17}, PortKind::t2, false}}};
  }
  std::shared_ptr<InProcessShelf> attach(const ShelfDescription& description) {
    auto shelf = std::make_shared<InProcessShelf>(description);
    stepped_.bus.attach(shelf);
    stepped_.step();
    return shelf;
  }
  std::shared_ptr<InProcessShelf> attach_quietly(const ShelfDescription& description) {
    auto shelf = attach(description);
    stepped_.take_events();
    return shelf;
  }
  static base::Bytes hum(double hz, double seconds, G711Law law = G711Law::a) {
    return test::g711(law, test::sine(kRate, hz, seconds, kAmplitude));
  }
  static double hears(InProcessShelf& shelf, SlotId port, double hz, G711Law law = G711Law::a) {
    const Audio heard = test::linear(law, shelf.heard(port));
    if (heard.size() < 2'000) return -1;
    return amplitude_at(Samples(heard).last(2'000), kRate, hz);
  }

  static constexpr SlotId kAt{0, 1};
  static constexpr SlotId kOther{0, 2};
  static constexpr SlotId kTrunk{0, 17};
  const PortId port_{"rack", kAt};
  const PortId other_{"rack", kOther};
  const PortId trunk_{"rack", kTrunk};
  SteppedBus stepped_;
  Bus& bus_ = stepped_.bus;
};

TEST_F(BusTest, TellsThePortsOfAShelfThatAttachesAndOfOneThatIsPulledOut) {
  const auto shelf = attach(description("rack"));
  EXPECT_EQ(stepped_.take_events(), (Events{{port_, InService{}}, {other_, InService{}}, {trunk_, InService{}}}));
  ASSERT_EQ(bus_.shelves().size(), 1u);
  EXPECT_TRUE(bus_.shelves()[0].attached);
  EXPECT_EQ(bus_.shelves()[0].ports[2], (PortState{{kTrunk, PortKind::t2, false}, true, false, false}));
  shelf->pull_out();
  stepped_.step();
  EXPECT_EQ(stepped_.take_events(), (Events{{port_, OutOfService{"tdm.card-gone"}},
                                            {other_, OutOfService{"tdm.card-gone"}},
                                            {trunk_, OutOfService{"tdm.card-gone"}}}));
  EXPECT_FALSE(bus_.shelves()[0].attached);
  EXPECT_FALSE(bus_.port(port_)->in_service);
  attach(description("rack"));
  EXPECT_EQ(bus_.shelves()[0].attachments, 2u);
  EXPECT_TRUE(bus_.port(port_)->in_service);
}

TEST_F(BusTest, DoesNotTakeASecondShelfOfTheSameName) {
  const auto first = attach_quietly(description("rack"));
  attach(description("rack"));
  EXPECT_TRUE(stepped_.take_events().empty());
  first->tell(kAt, OffHook{});
  stepped_.step();
  EXPECT_EQ(stepped_.take_events().size(), 1u) << "the first goes on";
}

TEST_F(BusTest, DoesNotTakeMoreShelvesThanItCanRememberNorOneThatCannotBe) {
  attach_quietly({"wrong", G711Law::a, 1, {{{1, 1}, PortKind::analogue, false}}});
  attach_quietly({"Wrong", G711Law::a, 1, {}});
  EXPECT_TRUE(bus_.shelves().empty());
  for (int i = 0; i < 40; ++i) {
    const auto shelf = attach_quietly(description("rack-" + std::to_string(i)));
    shelf->pull_out();
    stepped_.step();
  }
  EXPECT_EQ(bus_.shelves().size(), 32u);
  attach(description("rack-3"));
  EXPECT_TRUE(bus_.port({"rack-3", kAt})->in_service) << "one that it knows comes back";
}

TEST_F(BusTest, TellsHooksOnceAndOnlyWhatFitsThePort) {
  const auto shelf = attach_quietly(description("rack"));
  shelf->tell(kAt, OffHook{});
  shelf->tell(kAt, OffHook{});
  shelf->tell(kAt, HookFlash{});
  shelf->tell(kAt, tdm::Setup{"1", ""});
  shelf->tell(kTrunk, tdm::Setup{"200", "0612"});
  shelf->tell(kTrunk, OffHook{});
  shelf->tell({0, 5}, OffHook{});
  shelf->tell(kOther, Digit{'5'});
  stepped_.step();
  EXPECT_EQ(
      stepped_.take_events(),
      (Events{{port_, OffHook{}}, {port_, HookFlash{}}, {trunk_, tdm::Setup{"200", "0612"}}, {other_, Digit{'5'}}}));
  EXPECT_TRUE(bus_.port(port_)->off_hook);
  EXPECT_EQ(bus_.shelves()[0].refused, 3u);
  shelf->tell(kAt, OnHook{});
  stepped_.step();
  EXPECT_FALSE(bus_.port(port_)->off_hook);
}

TEST_F(BusTest, TellsTheCardInOrderAndLeavesOutWhatNoNumberHolds) {
  const auto shelf = attach_quietly(description("rack"));
  bus_.tell(port_, Ring{"sip:201", {1500, 3500}});
  bus_.tell(port_, StopRing{});
  bus_.tell({"rack", {0, 9}}, StopRing{});
  bus_.tell({"nowhere", {0, 1}}, StopRing{});
  stepped_.step();
  EXPECT_EQ(shelf->next_command(kAt), Command(Ring{"201", {1500, 3500}}));
  EXPECT_EQ(shelf->next_command(kAt), Command(StopRing{}));
  EXPECT_FALSE(shelf->next_command(kAt));
}

TEST_F(BusTest, TakesAPortOutOfServiceByTheWordOfItsCardAndForgetsItsHook) {
  const auto shelf = attach_quietly(description("rack"));
  shelf->tell(kAt, OffHook{});
  shelf->tell(kAt, OutOfService{});
  shelf->tell(kAt, OnHook{});
  stepped_.step();
  EXPECT_EQ(stepped_.take_events(), (Events{{port_, OffHook{}}, {port_, OutOfService{"tdm.port-fault"}}}));
  EXPECT_EQ(bus_.take(port_).error().code, "tdm.port-out-of-service");
  shelf->tell(kAt, InService{});
  stepped_.step();
  EXPECT_EQ(stepped_.take_events(), (Events{{port_, InService{}}}));
  EXPECT_FALSE(bus_.port(port_)->off_hook);
}

TEST_F(BusTest, HearsDigitsOfAnAnalogueSetWhileItIsOffHook) {
  const auto shelf = attach_quietly(description("rack"));
  Audio dialled = test::sine(kRate, 0, 0.1, 0);
  for (const char digit : std::string("20#")) {
    ToneGenerator tone(*dtmf_tone(digit), kRate);
    Audio sound(samples_in(kRate, 200));
    tone.fill(sound);
    dialled.insert(dialled.end(), sound.begin(), sound.end());
  }
  const base::Bytes octets = test::g711(G711Law::a, dialled);
  shelf->say(kAt, octets);
  stepped_.step(50);
  EXPECT_TRUE(stepped_.take_events().empty()) << "on hook nobody listens";
  shelf->tell(kAt, OffHook{});
  shelf->tell(kOther, OffHook{});
  shelf->say(kAt, octets);
  shelf->say(kOther, octets);
  stepped_.step(50);
  EXPECT_EQ(
      stepped_.take_events(),
      (Events{{port_, OffHook{}}, {other_, OffHook{}}, {port_, Digit{'2'}}, {port_, Digit{'0'}}, {port_, Digit{'#'}}}))
      << "the card of the other port hears by itself";
}

TEST_F(BusTest, PlaysTheTonesOfTheCountryIntoASlotUntilItIsQuiet) {
  const auto shelf = attach_quietly(description("rack"));
  bus_.play(port_, CallTone::dial);
  stepped_.step(50);
  EXPECT_NEAR(hears(*shelf, kAt, 440), amplitude_at(test::sine(kRate, 440, 0.25, 7'200), kRate, 440), 900)
      << "-10 dBm0 of 440 Hz";
  EXPECT_LT(hears(*shelf, kOther, 440), 10);
  bus_.quiet(port_);
  stepped_.step(20);
  EXPECT_LT(hears(*shelf, kAt, 440), 10);
}

TEST_F(BusTest, CarriesVoiceBetweenAPortAndWhoTookIt) {
  const auto shelf = attach_quietly(description("rack"));
  TimeSlot slot = bus_.take(port_).value();
  shelf->say(kAt, hum(800, 2));
  const Audio said = test::sine(kRate, 500, 2, kAmplitude);
  Audio heard;
  for (std::size_t i = 0; i < 100; ++i) {
    Audio frame(kFrameOctets);
    slot.hear(frame);
    heard.insert(heard.end(), frame.begin(), frame.end());
    slot.say(Samples(said).subspan(i * kFrameOctets, kFrameOctets));
    stepped_.step();
  }
  EXPECT_NEAR(amplitude_at(Samples(heard).last(4'000), kRate, 800), kAmplitude, 100);
  EXPECT_NEAR(hears(*shelf, kAt, 500), kAmplitude, 100);
  EXPECT_TRUE(bus_.port(port_)->is_taken);
  const SlotStats stats = bus_.stats(port_).value();
  EXPECT_EQ(stats, slot.stats());
  EXPECT_EQ(stats.said, 100u);
  EXPECT_GE(stats.heard, 98u);
  EXPECT_EQ(stats.missed + stats.slipped, 0u);
  EXPECT_LT(test::sharpest_corner(Samples(heard).last(4'000)),
            test::sharpest_corner(test::sine(kRate, 800, 1, kAmplitude)) * 1.3 + 400)
      << "clicks";
}

TEST_F(BusTest, LetsAToneDrownWhoSpeaks) {
  const auto shelf = attach_quietly(description("rack"));
  TimeSlot slot = bus_.take(port_).value();
  bus_.play(port_, CallTone::dial);
  const auto speak = [&] {
    const Audio said = test::sine(kRate, 800, 0.02, kAmplitude);
    Audio heard(kFrameOctets);
    for (int i = 0; i < 50; ++i) {
      slot.say(said);
      slot.hear(heard);
      stepped_.step();
    }
  };
  speak();
  EXPECT_LT(hears(*shelf, kAt, 800), 50);
  bus_.quiet(port_);
  speak();
  EXPECT_GT(hears(*shelf, kAt, 800), kAmplitude / 2);
  EXPECT_EQ(slot.stats().slipped, 0u) << "what was drowned does not wait";
}

TEST_F(BusTest, GivesThePortToWhoTakesItLastAndSilenceWhenTheyLetGo) {
  const auto shelf = attach_quietly(description("rack"));
  TimeSlot first = bus_.take(port_).value();
  stepped_.step(5);
  {
    TimeSlot second = bus_.take(port_).value();
    const Audio said = test::sine(kRate, 800, 0.02, kAmplitude);
    const Audio not_heard = test::sine(kRate, 500, 0.02, kAmplitude);
    for (int i = 0; i < 50; ++i) {
      first.say(not_heard);
      second.say(said);
      stepped_.step();
    }
    const Audio heard = test::linear(G711Law::a, shelf->heard(kAt));
    EXPECT_GT(amplitude_at(Samples(heard).last(2'000), kRate, 800), kAmplitude / 2);
    EXPECT_LT(amplitude_at(Samples(heard).last(2'000), kRate, 500), 100);
  }
  stepped_.step(10);
  EXPECT_FALSE(bus_.port(port_)->is_taken);
  shelf->heard(kAt);
  stepped_.step(20);
  EXPECT_TRUE(std::ranges::all_of(shelf->heard(kAt), [](std::uint8_t octet) { return octet == 0xd5; }));
}

TEST_F(BusTest, JoinsTwoPortsOfShelvesWithDifferentLaws) {
  const auto shelf = attach_quietly(description("rack"));
  const auto far = attach_quietly(description("far", G711Law::mu));
  const PortId far_port{"far", kAt};
  EXPECT_EQ(bus_.join(port_, port_).error().code, "tdm.same-port");
  EXPECT_EQ(bus_.join(port_, {"far", {0, 3}}).error().code, "tdm.no-port");
  ASSERT_TRUE(bus_.join(port_, far_port));
  shelf->say(kAt, hum(500, 2));
  far->say(kAt, hum(800, 2, G711Law::mu));
  stepped_.step(60);
  EXPECT_NEAR(hears(*shelf, kAt, 800), kAmplitude, 300);
  EXPECT_NEAR(hears(*far, kAt, 500, G711Law::mu), kAmplitude, 300);
  const SlotStats here = bus_.stats(port_).value();
  const SlotStats there = bus_.stats(far_port).value();
  EXPECT_EQ(here.heard, there.said);
  EXPECT_EQ(here.said, there.heard);
  EXPECT_GE(here.heard, 58u);
  EXPECT_EQ(here.missed + here.slipped, 0u);
  bus_.part(far_port);
  stepped_.step(20);
  EXPECT_LT(hears(*shelf, kAt, 800), 10);
  EXPECT_FALSE(bus_.port(port_)->is_taken);
  EXPECT_FALSE(bus_.port(far_port)->is_taken);
}

TEST_F(BusTest, PartsWhatWasJoinedWhenOneOfTheTwoIsTaken) {
  const auto shelf = attach_quietly(description("rack"));
  ASSERT_TRUE(bus_.join(port_, other_));
  stepped_.step();
  const TimeSlot slot = bus_.take(port_).value();
  stepped_.step();
  EXPECT_TRUE(bus_.port(port_)->is_taken);
  EXPECT_FALSE(bus_.port(other_)->is_taken);
  bus_.part(port_);
  stepped_.step();
  EXPECT_TRUE(bus_.port(port_)->is_taken) << "it is taken and not joined";
}

TEST_F(BusTest, KnowsOnlyPortsThatAShelfHas) {
  attach(description("rack"));
  EXPECT_EQ(bus_.take({"rack", {0, 3}}).error().code, "tdm.no-port");
  EXPECT_EQ(bus_.take({"none", kAt}).error().code, "tdm.no-port");
  EXPECT_FALSE(bus_.port({"none", kAt}));
  EXPECT_FALSE(bus_.stats(port_)) << "never taken";
}

TEST_F(BusTest, OutlivesWhoTookAPortAndTheOtherWayRound) {
  std::optional<TimeSlot> slot;
  {
    SteppedBus short_lived;
    auto shelf = std::make_shared<InProcessShelf>(description("rack"));
    short_lived.bus.attach(shelf);
    short_lived.step();
    slot.emplace(short_lived.bus.take(port_).value());
  }
  Audio frame(kFrameOctets, 1);
  slot->hear(frame);
  EXPECT_EQ(test::level(frame), -127);
  for (int i = 0; i < 20; ++i) slot->say(frame);
}

TEST(BusThread, CarriesVoiceByItselfAndTellsEventsThere) {
  const base::SystemClock clock;
  std::mutex mutex;
  std::condition_variable told;
  bool off_hook = false;
  Bus bus(
      {},
      [&](const PortId&, const Event& event) {
        const std::lock_guard lock(mutex);
        off_hook = off_hook || std::holds_alternative<OffHook>(event);
        told.notify_all();
      },
      clock);
  auto shelf =
      std::make_shared<InProcessShelf>(ShelfDescription{"rack", G711Law::a, 1, {{{0, 1}, PortKind::analogue, true}}});
  bus.attach(shelf);
  shelf->tell({0, 1}, OffHook{});
  {
    std::unique_lock lock(mutex);
    ASSERT_TRUE(told.wait_for(lock, std::chrono::seconds(10), [&] { return off_hook; }));
  }
  TimeSlot slot = bus.take({"rack", {0, 1}}).value();
  const Audio loud(kFrameOctets, 8'000);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  bool heard = false;
  while (!heard && std::chrono::steady_clock::now() < deadline) {
    slot.say(loud);
    const base::Bytes octets = shelf->heard({0, 1});
    heard = std::ranges::find(octets, g711_encode(G711Law::a, 8'000)) != octets.end();
    std::this_thread::yield();
  }
  EXPECT_TRUE(heard);
}

}  // namespace
}  // namespace cadenas::media::tdm
