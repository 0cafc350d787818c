#include "sip/reliable_provisional.hpp"

#include <gtest/gtest.h>

namespace cadenas::sip {
namespace {

using Verdict = ReliableReceiver::Verdict;

RAck rack(std::uint32_t rseq, std::uint32_t cseq = 5, std::string_view method = "INVITE") {
  return {rseq, cseq, method};
}

// RFC 3262 §3: the next one waits until the first is acknowledged.
TEST(ReliableSender, KeepsOneInTheAir) {
  ReliableSender sender(5, {}, 100);
  EXPECT_EQ(sender.next_rseq(), 100U);
  EXPECT_EQ(sender.next_rseq(), 101U);
  EXPECT_EQ(sender.add(100, "first"), "first");
  EXPECT_EQ(sender.add(101, "second"), std::nullopt);
  EXPECT_EQ(sender.waiting(), std::nullopt);
  EXPECT_TRUE(sender.acknowledge(rack(100)));
  EXPECT_EQ(sender.waiting(), "second");
  EXPECT_TRUE(sender.acknowledge(rack(101)));
  EXPECT_FALSE(sender.in_the_air());
  EXPECT_EQ(sender.repeat(), std::nullopt);
}

TEST(ReliableSender, RefusesAPrackThatDoesNotMatch) {
  ReliableSender sender(5, {}, 100);
  EXPECT_FALSE(sender.acknowledge(rack(100)));
  sender.add(100, "first");
  EXPECT_FALSE(sender.acknowledge(rack(101)));
  EXPECT_FALSE(sender.acknowledge(rack(100, 6)));
  EXPECT_FALSE(sender.acknowledge(rack(100, 5, "UPDATE")));
  EXPECT_TRUE(sender.acknowledge(rack(100)));
  EXPECT_FALSE(sender.acknowledge(rack(100)));
}

// RFC 3262 §3: T1, doubled each time, 64*T1 at most.
TEST(ReliableSender, RepeatsDoublingAndExpires) {
  ReliableSender sender(5, {}, 100);
  sender.add(100, "first");
  base::Millis waited{0};
  int repeats = 0;
  while (!sender.expired()) {
    waited += sender.delay();
    EXPECT_EQ(sender.repeat(), "first");
    ++repeats;
  }
  EXPECT_EQ(repeats, 7);
  EXPECT_EQ(waited, base::Millis{63'500});
}

TEST(ReliableSender, BeginsWithARandomNumberInRange) {
  ReliableSender one(5);
  ReliableSender two(5);
  const auto a = one.next_rseq();
  EXPECT_GE(a, 1U);
  EXPECT_LT(a, 1U << 31);
  EXPECT_NE(a, two.next_rseq());
}

// RFC 3262 §4.
TEST(ReliableReceiver, AcknowledgesInOrderOnly) {
  ReliableReceiver receiver;
  EXPECT_EQ(receiver.receive(776656, 1), Verdict::fresh);
  EXPECT_EQ(receiver.rack(), "776656 1 INVITE");
  EXPECT_EQ(receiver.receive(776656, 1), Verdict::repeated);
  EXPECT_EQ(receiver.receive(776658, 1), Verdict::too_early);
  EXPECT_EQ(receiver.receive(776657, 1), Verdict::fresh);
  EXPECT_EQ(receiver.receive(776656, 1), Verdict::repeated);
  EXPECT_EQ(receiver.rack(), "776657 1 INVITE");
}

TEST(ReliableReceiver, BeginsAnewWithAnotherInvite) {
  ReliableReceiver receiver;
  EXPECT_EQ(receiver.receive(50, 1), Verdict::fresh);
  EXPECT_EQ(receiver.receive(7, 2), Verdict::fresh);
  EXPECT_EQ(receiver.rack(), "7 2 INVITE");
}

}  // namespace
}  // namespace cadenas::sip
