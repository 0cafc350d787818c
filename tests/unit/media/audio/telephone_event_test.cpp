#include "media/audio/telephone_event.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace cadenas::media {
namespace {

std::vector<EventSender::Packet> all_packets(EventSender sender) {
  std::vector<EventSender::Packet> packets;
  while (const auto packet = sender.next()) packets.push_back(*packet);
  return packets;
}

TEST(TelephoneEvent, ReadsTheExampleOfTheRfc) {
  // RFC 4733 §2.3: event, E, R, volume, duration.
  const std::array<std::uint8_t, 4> payload{11, 0x80 | 0x40 | 7, 0x03, 0x20};
  const auto event = parse_telephone_event(payload);
  ASSERT_TRUE(event);
  EXPECT_EQ(*event, (TelephoneEvent{11, true, 7, 800}));
  EXPECT_EQ(parse_telephone_event(write_telephone_event(*event)), event);
  EXPECT_FALSE(parse_telephone_event(std::span(payload).first(3)));
  EXPECT_EQ(digit_of_event(11), '#');
  EXPECT_EQ(event_of_digit('d'), 15);
  EXPECT_FALSE(event_of_digit('E'));
  EXPECT_FALSE(digit_of_event(16)) << "flash is no digit";
}

TEST(EventSender, GrowsAndSendsItsEndThreeTimes) {
  const auto packets = all_packets(EventSender(5, 1'000, 160, 480));
  ASSERT_EQ(packets.size(), 5u);
  const std::vector<std::uint16_t> durations{160, 320, 480, 480, 480};
  for (std::size_t i = 0; i < packets.size(); ++i) {
    const auto event = parse_telephone_event(packets[i].payload);
    EXPECT_EQ(event->duration, durations[i]);
    EXPECT_EQ(event->is_end, i >= 2);
    EXPECT_EQ(packets[i].marker, i == 0);
    EXPECT_EQ(packets[i].timestamp, 1'000u);
  }
}

TEST(EventSender, EndsHoweverLongItIsAskedFor) {
  const auto packets = all_packets(EventSender(1, 0, 480, 4'000'000'000));
  EXPECT_EQ(parse_telephone_event(packets.back().payload)->duration, 65'535);
  EXPECT_EQ(all_packets(EventSender(1, 0, 0, 0)).size(), 3u);
}

TEST(EventReceiver, TellsEachDigitOnceWhateverIsLost) {
  const auto packets = all_packets(EventSender(5, 1'000, 160, 480));
  for (unsigned lost = 0; lost + 1 < 1U << packets.size(); ++lost) {
    EventReceiver receiver;
    int begins = 0;
    int ends = 0;
    for (int digit = 0; digit < 2; ++digit) {
      for (std::size_t i = 0; i < packets.size(); ++i) {
        if ((lost >> i & 1) != 0) continue;
        for (int copy = 0; copy < 2; ++copy) {
          const auto notice = receiver.put(packets[i].payload, 1'000u + static_cast<unsigned>(digit) * 2'000);
          begins += notice && notice->begins ? 1 : 0;
          ends += notice && notice->ends ? 1 : 0;
        }
      }
    }
    EXPECT_EQ(begins, 2) << lost;
    EXPECT_EQ(ends, (lost & 0b11100) == 0b11100 ? 0 : 2) << lost;
  }
}

TEST(EventReceiver, IgnoresWhatComesAfterANewerEvent) {
  EventReceiver receiver;
  const auto put = [&](std::uint8_t code, std::uint32_t timestamp) {
    return receiver.put(write_telephone_event({code, false, 10, 160}), timestamp).has_value();
  };
  EXPECT_TRUE(put(1, 0xffff'ff00));
  EXPECT_TRUE(put(2, 0x100)) << "over the wrap of the timestamp";
  EXPECT_FALSE(put(1, 0xffff'ff00));
}

TEST(EventReceiver, HearsSegmentsOfALongEventAsOne) {
  EventReceiver receiver;
  EXPECT_TRUE(receiver.put(write_telephone_event({3, false, 10, 0xffff}), 5)->begins);
  EXPECT_FALSE(receiver.put(write_telephone_event({3, false, 10, 160}), 5 + 0xffff));
  const auto end = receiver.put(write_telephone_event({3, true, 10, 800}), 5 + 0xffff);
  ASSERT_TRUE(end);
  EXPECT_TRUE(end->ends && !end->begins);
}

}  // namespace
}  // namespace cadenas::media
