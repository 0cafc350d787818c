#include "media/audio/jitter_buffer.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <set>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace cadenas::media {
namespace {

using std::chrono::milliseconds;

constexpr std::uint32_t kClock = 8'000;
constexpr std::uint32_t kUnits = 160;
const base::SteadyTime kStart{milliseconds{1'000'000}};

base::SteadyTime at_ms(std::int64_t ms) {
  return kStart + milliseconds{ms};
}

/// Plays a stream of numbered packets through a buffer, in time of its own.
class Stream {
 public:
  std::uint32_t ssrc = 7;
  std::uint16_t first_sequence = 65'500;
  std::uint32_t first_timestamp = 0xffff'f000;

  /// Packet `number` of 20 ms arrives at `ms`; its payload is its number.
  void arrives(int number, std::int64_t ms, Carried carried = Carried::voice) {
    put(number, static_cast<std::uint32_t>(number) * kUnits, ms, carried);
  }
  void put(int number, std::uint32_t units, std::int64_t ms, Carried carried = Carried::voice) {
    const auto mark = static_cast<std::uint16_t>(number);
    const std::array<std::uint8_t, 2> payload{static_cast<std::uint8_t>(mark >> 8), static_cast<std::uint8_t>(mark)};
    buffer_->put({ssrc, static_cast<std::uint16_t>(first_sequence + number), first_timestamp + units, 8, carried,
                  carried == Carried::voice ? kUnits : 0, payload},
                 at_ms(ms));
  }
  Playout plays(std::int64_t ms) { return buffer_->next(at_ms(ms)); }
  /// The number of the voice packet that plays at `ms`; -1 for a loss, -2 for a pause, -3 for comfort noise.
  int number(std::int64_t ms) {
    const Playout playout = plays(ms);
    switch (playout.kind) {
      case Playout::Kind::voice:
        return playout.payload[0] << 8 | playout.payload[1];
      case Playout::Kind::lost:
        return -1;
      case Playout::Kind::pause:
        return -2;
      case Playout::Kind::comfort_noise:
        return -3;
    }
    return -4;
  }
  JitterBuffer& buffer() { return *buffer_; }
  JitterStats stats() const { return buffer_->stats(); }

 private:
  // Large: not for the stack.
  std::unique_ptr<JitterBuffer> buffer_ = std::make_unique<JitterBuffer>(kClock);
};

TEST(JitterBuffer, GivesASteadyStreamInOrderAfterTheLeastWait) {
  Stream stream;
  std::vector<int> heard;
  for (int i = 0; i < 200; ++i) {
    stream.arrives(i, i * 20);
    heard.push_back(stream.number(i * 20 + 10));
  }
  EXPECT_EQ(heard[0], -2) << "it waits for 20 ms at first";
  for (int i = 1; i < 200; ++i) ASSERT_EQ(heard[static_cast<std::size_t>(i)], i - 1);
  EXPECT_EQ(stream.stats().lost, 0u);
  EXPECT_EQ(stream.buffer().target_ms(), JitterBuffer::kLeastMs);
}

TEST(JitterBuffer, PutsReorderedPacketsBackAndDropsDuplicates) {
  Stream stream;
  for (const int i : {1, 0, 2, 2, 4, 3, 3, 5, 0}) stream.arrives(i, 0);
  std::vector<int> heard;
  for (int i = 0; i < 6; ++i) heard.push_back(stream.number(100 + i * 20));
  EXPECT_EQ(heard, (std::vector{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(stream.stats().duplicated, 3u);
  EXPECT_EQ(stream.stats().reordered, 2u);
}

TEST(JitterBuffer, ConcealsALossAndShowsThePacketAfterIt) {
  Stream stream;
  for (const int i : {0, 1, 3, 4}) stream.arrives(i, i * 20);
  EXPECT_EQ(stream.number(80), 0);
  EXPECT_EQ(stream.number(100), 1);
  const Playout lost = stream.plays(120);
  EXPECT_EQ(lost.kind, Playout::Kind::lost);
  EXPECT_EQ(lost.units, kUnits);
  ASSERT_EQ(lost.payload.size(), 2u);
  EXPECT_EQ(lost.payload[1], 3);
  EXPECT_EQ(stream.number(140), 3);
  EXPECT_EQ(stream.number(160), 4);
}

TEST(JitterBuffer, ConcealsAHundredMillisecondsThenPausesUntilTheStreamIsBack) {
  Stream stream;
  for (int i = 0; i < 3; ++i) stream.arrives(i, i * 20);
  std::vector<int> heard;
  for (int i = 0; i < 12; ++i) heard.push_back(stream.number(40 + i * 20));
  EXPECT_EQ(heard, (std::vector{0, 1, 2, -1, -1, -1, -1, -1, -2, -2, -2, -2}));
  for (int i = 15; i < 20; ++i) stream.arrives(i, i * 20);
  EXPECT_EQ(stream.number(400), 15);
}

TEST(JitterBuffer, WaitsLongerOnAJitteryPathAndLessAgainWhenItIsQuiet) {
  Stream stream;
  int number = 0;
  const auto run = [&](int packets, int jitter_ms) {
    std::vector<std::pair<std::int64_t, int>> arrivals;
    for (int i = 0; i < packets; ++i, ++number)
      arrivals.emplace_back(number * 20 + number * 37 % (jitter_ms + 1), number);
    std::ranges::sort(arrivals);
    for (const auto& [ms, which] : arrivals) stream.arrives(which, ms);
  };
  run(500, 90);
  EXPECT_GE(stream.buffer().target_ms(), 80u);
  EXPECT_LE(stream.buffer().target_ms(), 100u);
  EXPECT_GT(stream.stats().jitter, kClock / 1000 * 15);
  run(3'000, 5);
  EXPECT_EQ(stream.buffer().target_ms(), JitterBuffer::kLeastMs);
  run(500, 900);
  EXPECT_EQ(stream.buffer().target_ms(), JitterBuffer::kMostMs) << "never more";
}

TEST(JitterBuffer, AsksForAnotherPaceWhenTheClocksDriftApart) {
  for (const int drift_ppm : {-300, 300}) {
    Stream stream;
    int sent = 0;
    int faster = 0;
    int slower = 0;
    // The sender's 20 ms last a little more or less of ours; what it asks for is not done, so it must go on asking.
    for (int frame = 0; frame < 6'000; ++frame) {
      const auto sent_at = [&] { return sent * (20'000'000LL + 20 * drift_ppm) / 1'000'000; };
      for (; sent_at() <= frame * 20; ++sent) stream.arrives(sent, sent_at());
      const Playout playout = stream.plays(frame * 20 + 5);
      if (playout.pace == Playout::Pace::faster) ++faster;
      if (playout.pace == Playout::Pace::slower) ++slower;
    }
    if (drift_ppm < 0) {
      EXPECT_GT(faster, 100) << "packets pile up";
      EXPECT_EQ(slower, 0);
    } else {
      EXPECT_GT(slower, 100) << "packets run out";
      EXPECT_GE(stream.stats().lost, 1u) << "and are concealed where nothing is stretched";
    }
  }
}

TEST(JitterBuffer, FollowsAnotherSourceOnceItSentTwoInARow) {
  Stream stream;
  for (int i = 0; i < 5; ++i) stream.arrives(i, i * 20);
  stream.ssrc = 8;
  stream.first_sequence = 100;
  stream.first_timestamp = 42;
  stream.arrives(5, 100);
  EXPECT_EQ(stream.stats().refused, 1u) << "one stray packet changes nothing";
  EXPECT_EQ(stream.number(110), 0);
  stream.arrives(6, 120);
  EXPECT_EQ(stream.stats().restarts, 1u);
  stream.arrives(7, 140);
  EXPECT_EQ(stream.number(145), 6);
  EXPECT_EQ(stream.number(165), 7);
}

TEST(JitterBuffer, GoesOnAfterAJumpOfTheTimestamps) {
  for (const std::uint32_t jump : {1'000'000'000u, 3'000'000'000u, 80'000u}) {
    Stream stream;
    for (int i = 0; i < 5; ++i) stream.arrives(i, i * 20);
    EXPECT_EQ(stream.number(90), 0);
    stream.first_timestamp += jump;
    for (int i = 5; i < 8; ++i) stream.arrives(i, i * 20);
    EXPECT_EQ(stream.stats().restarts, 1u);
    EXPECT_EQ(stream.number(165), 5) << jump;
    EXPECT_EQ(stream.number(185), 6);
  }
}

TEST(JitterBuffer, KeepsThePauseOfASenderThatStopsForSilence) {
  Stream stream;
  for (int i = 0; i < 3; ++i) stream.arrives(i, i * 20);
  stream.put(3, 3 * kUnits, 60, Carried::comfort_noise);
  EXPECT_EQ(stream.number(40), 0);
  EXPECT_EQ(stream.number(60), 1);
  EXPECT_EQ(stream.number(80), 2);
  EXPECT_EQ(stream.number(100), -3);
  for (int ms = 100; ms < 1'000; ms += 20) ASSERT_EQ(stream.number(ms), -2) << ms;
  // The next talk-spurt: sequence numbers go on, the timestamp has moved with the time.
  for (int i = 4; i < 7; ++i) stream.put(i, static_cast<std::uint32_t>(i + 46) * kUnits, (i + 46) * 20);
  EXPECT_EQ(stream.number(1'010), -2) << "it waits anew";
  EXPECT_EQ(stream.number(1'030), 4);
  EXPECT_EQ(stream.number(1'050), 5);
  EXPECT_EQ(stream.stats().lost, 0u) << "a pause is no loss";
}

TEST(JitterBuffer, TakesNoTimeForTelephoneEvents) {
  Stream stream;
  stream.arrives(0, 0);
  stream.put(1, kUnits, 20, Carried::other);
  stream.put(2, kUnits, 40, Carried::other);
  stream.put(3, 3 * kUnits, 60);
  EXPECT_EQ(stream.number(30), 0);
  EXPECT_NE(stream.number(50), 3) << "its time is not here";
  EXPECT_EQ(stream.number(90), 3);
}

TEST(JitterBuffer, RefusesWhatIsTooLarge) {
  Stream stream;
  const base::Bytes large(kMaxPayload + 1);
  stream.buffer().put({7, 1, 0, 8, Carried::voice, kUnits, large}, at_ms(0));
  stream.buffer().put({7, 1, 0, 8, Carried::voice, kClock, base::ByteView(large).first(10)}, at_ms(0));
  EXPECT_EQ(stream.stats().refused, 2u);
  EXPECT_EQ(stream.number(500), -2);
}

/// Arrivals of packets of 20 ms with delay, loss and duplication, in order of arrival.
std::vector<std::pair<int, int>> network(int packets, int most_delay_ms) {
  std::vector<std::pair<int, int>> arrivals;
  for (int i = 0; i < packets; ++i) {
    if (*rc::gen::inRange(0, 10) == 0) continue;
    const int copies = *rc::gen::inRange(0, 8) == 0 ? 2 : 1;
    for (int copy = 0; copy < copies; ++copy)
      arrivals.emplace_back(i * 20 + *rc::gen::inRange(0, most_delay_ms + 1), i);
  }
  std::ranges::sort(arrivals);
  return arrivals;
}

TEST(JitterBuffer, GoesOnHalfASecondAfterThePathBecameLonger) {
  for (const int longer_ms : {220, 500, 900}) {
    SCOPED_TRACE(longer_ms);
    Stream stream;
    for (int i = 0; i < 100; ++i) {
      stream.arrives(i, i * 20);
      stream.number(i * 20 + 10);
    }
    std::vector<int> heard;
    for (int now = 2000; now < 6000; now += 20) {
      const int number = (now - longer_ms) / 20;
      if (number >= 100) stream.arrives(number, now);
      const int next = stream.number(now + 10);
      if (next >= 0) heard.push_back(next);
    }
    ASSERT_FALSE(heard.empty());
    // The packet of 2,000 ms waited for its turn in vain, and so did the 25 from the first late one on.
    EXPECT_LE(heard[1], 100 + 25);
    for (std::size_t i = 2; i < heard.size(); ++i) ASSERT_EQ(heard[i], heard[i - 1] + 1);
    EXPECT_GE(heard.back(), (5980 - longer_ms) / 20 - 2) << "it waits no longer than before";
    EXPECT_LE(stream.stats().discarded, 25u);
  }
}

TEST(JitterBuffer, GoesOnAsBeforeAfterAStandstillAndTheBurstThatEndsIt) {
  Stream stream;
  for (int i = 0; i < 100; ++i) {
    stream.arrives(i, i * 20);
    stream.number(i * 20 + 10);
  }
  // 400 ms of nothing, then all of it at once, and on as before.
  for (int i = 100; i < 120; ++i) stream.arrives(i, 2400);
  std::vector<int> heard;
  for (int i = 120; i < 200; ++i) {
    stream.arrives(i, i * 20);
    heard.push_back(stream.number(i * 20 + 10));
  }
  EXPECT_GE(heard.back(), 190);
  for (std::size_t i = 20; i < heard.size(); ++i) ASSERT_EQ(heard[i], heard[i - 1] + 1);
}

RC_GTEST_PROP(JitterBufferProperty, PlaysInOrderNothingTwiceAndWithBoundedDelay, ()) {
  constexpr int kPackets = 120;
  const int most_delay = *rc::gen::inRange(0, 400);
  const std::vector<std::pair<int, int>> arrivals = network(kPackets, most_delay);
  Stream stream;
  std::size_t at = 0;
  int last = -1;
  std::uint64_t played = 0;
  int lowest_transit = 1'000'000;
  for (int frame = 0; frame < kPackets + 40; ++frame) {
    const int now = frame * 20 + 7;
    for (; at < arrivals.size() && arrivals[at].first <= now; ++at) {
      stream.arrives(arrivals[at].second, arrivals[at].first);
      lowest_transit = std::min(lowest_transit, arrivals[at].first - arrivals[at].second * 20);
    }
    const int heard = stream.number(now);
    if (heard < 0) continue;
    RC_ASSERT(heard > last);
    last = heard;
    ++played;
    const int delay = now - heard * 20 - lowest_transit;
    RC_ASSERT(delay >= 0);
    RC_ASSERT(delay <= static_cast<int>(JitterBuffer::kMostMs));
  }
  const JitterStats stats = stream.stats();
  RC_ASSERT(stats.received == played + stats.duplicated + stats.late + stats.discarded + stats.refused);
}

RC_GTEST_PROP(JitterBufferProperty, LosesNothingThatCameInTimeOnceItKnowsThePath, ()) {
  // Delays within a window that the first second shows: after it only what the network lost is missing.
  constexpr int kPackets = 200;
  const int most_delay = *rc::gen::inRange(0, 100);
  Stream stream;
  std::set<int> arrived;
  std::set<int> heard;
  std::vector<std::pair<int, int>> arrivals;
  for (int i = 0; i < kPackets; ++i) {
    // Each tenth takes longest, so that the window is known.
    const int delay = i % 10 == 0 ? most_delay : i % 10 == 1 ? 0 : *rc::gen::inRange(0, most_delay + 1);
    if (i > 50 && *rc::gen::inRange(0, 20) == 0) continue;
    arrivals.emplace_back(i * 20 + delay, i);
    arrived.insert(i);
  }
  std::ranges::sort(arrivals);
  std::size_t at = 0;
  for (int now = 7; now < (kPackets + 20) * 20; now += 20) {
    for (; at < arrivals.size() && arrivals[at].first <= now; ++at)
      stream.arrives(arrivals[at].second, arrivals[at].first);
    const Playout playout = stream.plays(now);
    if (playout.kind == Playout::Kind::voice) heard.insert(playout.payload[0] << 8 | playout.payload[1]);
    // Who plays it stretches by a pitch period.
    if (playout.pace == Playout::Pace::slower) now += 5;
    if (playout.pace == Playout::Pace::faster) now -= 5;
  }
  for (const int number : arrived) {
    if (number > 100) RC_ASSERT(heard.contains(number));
  }
}

RC_GTEST_PROP(JitterBufferProperty, SurvivesAnyNumbersInAnyOrder, ()) {
  const auto buffer = std::make_unique<JitterBuffer>(48'000);
  std::int64_t ms = 0;
  const auto steps = *rc::gen::container<std::vector<std::uint32_t>>(rc::gen::arbitrary<std::uint32_t>());
  for (const std::uint32_t step : steps) {
    ms += step % 50;
    const std::array<std::uint8_t, 1> payload{1};
    buffer->put({step >> 31, static_cast<std::uint16_t>(step >> 8), step * 2'654'435'761u, 111,
                 static_cast<Carried>(step % 3), step % 3 == 0 ? step % 2'881 : 0, payload},
                at_ms(ms));
    for (int i = 0; i < 100; ++i) {
      const Playout playout = buffer->next(at_ms(ms));
      RC_ASSERT(playout.units <= 2'880u);
      if (playout.kind == Playout::Kind::pause) break;
      RC_ASSERT(i < 99);
    }
  }
}

}  // namespace
}  // namespace cadenas::media
