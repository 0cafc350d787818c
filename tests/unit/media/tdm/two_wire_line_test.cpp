// Ports of the bus behind a hybrid; the test is the card, which sends back part of what it hears.
#include "media/tdm/two_wire_line.hpp"

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>

#include <gtest/gtest.h>

#include "media/tdm/e1_block.hpp"
#include "stepped_bus.hpp"

namespace cadenas::media::tdm {
namespace {

using test::Audio;

constexpr G711Law kLaw = G711Law::a;
constexpr SampleRate kRate = SampleRate::narrow;
constexpr double kFirst = 4'000, kSecond = 3'000;  // amplitudes
constexpr int kFrames = 200;

SlotFrame frame_of(const Audio& audio, std::size_t number) {
  SlotFrame frame;
  for (std::size_t i = 0; i < frame.size(); ++i) frame[i] = g711_encode(kLaw, audio[number * frame.size() + i]);
  return frame;
}

/// Half of it.
SlotFrame reflected(SlotFrame frame) {
  for (std::uint8_t& octet : frame) {
    octet = g711_encode(kLaw, static_cast<std::int16_t>(g711_decode(kLaw, octet) / 2));
  }
  return frame;
}

/// A line whose card answers that many frames late.
class Wires {
 public:
  explicit Wires(std::size_t card_is_late) : late_(card_is_late) {}

  void pass(int frames) {
    for (int i = 0; i < frames; ++i) {
      wires.say(frame_of(voice_, number_));
      under_way_.push_back(reflected(frame_of(voice_, number_++)));
      if (under_way_.size() <= late_) continue;
      hear();
    }
  }
  /// Level of what is left of the echo in the last second, dBov.
  double left() const { return test::level(Samples(left_).last(8'000)); }

  TwoWireLine wires{kLaw, 64};

 private:
  void hear() {
    SlotFrame heard = under_way_.front();
    under_way_.pop_front();
    wires.hear(heard);
    for (const std::uint8_t octet : heard) left_.push_back(g711_decode(kLaw, octet));
  }
  const std::size_t late_;
  const Audio voice_ = test::white_noise(kRate, 20, 6'000);
  std::size_t number_ = 0;
  std::deque<SlotFrame> under_way_;
  Audio left_;
};

constexpr double kEcho = -25.5;  // of the noise, half as loud

TEST(TwoWireLine, TakesOutTheEchoOfACardThatAnswersAtOnceOrALittleLate) {
  for (const std::size_t late : {0U, 1U, 2U}) {
    Wires line(late);
    line.pass(2 * kFrames);
    EXPECT_LT(line.left(), kEcho - 30) << late << " frames late";
  }
}

TEST(TwoWireLine, StaysInStepOverWhatIsLost) {
  Wires line(0);
  line.pass(kFrames);
  line.wires.say(silent_frame(kLaw));
  line.wires.miss(1);
  line.pass(60);
  EXPECT_LT(line.left(), kEcho - 30);
}

TEST(TwoWireLine, StaysInStepOverWhatDidNotReachTheCard) {
  Wires line(0);
  line.pass(kFrames);
  line.wires.say(silent_frame(kLaw));
  line.wires.unsay();
  line.pass(60);
  EXPECT_LT(line.left(), kEcho - 30);
}

TEST(TwoWireLine, FollowsACardThatDidNotAnswerAFewOrMany) {
  for (const int unanswered : {1, 2, 3, 6}) {
    Wires line(0);
    line.pass(kFrames);
    for (int i = 0; i < unanswered; ++i) line.wires.say(silent_frame(kLaw));
    line.pass(2 * kFrames);
    EXPECT_LT(line.left(), kEcho - 30) << unanswered;
  }
}

/// A bus with two ports that hear each other; the first is off hook behind a hybrid, the other says two tones.
double comes_back(PortKind kind, unsigned tail_ms) {
  base::ManualClock clock{base::WallTime{}};
  Bus bus({{}, TonePlan::generic, BusSettings::Clocking::by_step, tail_ms}, {}, clock);
  constexpr SlotId kSet{0, 1}, kFar{0, 17};
  const auto shelf = std::make_shared<InProcessShelf>(
      ShelfDescription{"rack", kLaw, 1, {{kSet, kind, true}, {kFar, PortKind::t2, false}}});
  bus.attach(shelf);
  bus.step();
  shelf->tell(kSet, OffHook{});
  bus.step();
  EXPECT_TRUE(bus.join({"rack", kSet}, {"rack", kFar}));
  Audio tones = test::sine(kRate, 500, 4, kFirst);
  std::ranges::transform(tones, test::sine(kRate, 1'200, 4, kSecond), tones.begin(), std::plus<>());
  shelf->say(kFar, test::g711(kLaw, tones));
  for (int i = 0; i < kFrames; ++i) {
    bus.step();
    clock.advance(base::Millis{kFrameMs});
    base::Bytes echo = shelf->heard(kSet);
    for (std::uint8_t& octet : echo) {
      octet = g711_encode(kLaw, static_cast<std::int16_t>(g711_decode(kLaw, octet) / 2));
    }
    shelf->say(kSet, echo);
  }
  const Audio heard = test::linear(kLaw, shelf->heard(kFar));
  return test::amplitude_at(Samples(heard).last(8'000), kRate, 500);
}

TEST(TwoWirePort, DoesNotSayWhatItHears) {
  EXPECT_GT(comes_back(PortKind::analogue, 0), 0.4 * kFirst) << "it would";
  EXPECT_LT(comes_back(PortKind::analogue, 64), 0.02 * kFirst);
}

TEST(TwoWirePort, IsAnAnalogueOne) {
  EXPECT_GT(comes_back(PortKind::digital, 64), 0.4 * kFirst) << "no hybrid, and no canceller";
}

}  // namespace
}  // namespace cadenas::media::tdm
