// Calls of sets on a bus with a shelf in this process: events, tones and voice as they are (ENC-5).

#include "shelf_on_bus.hpp"

namespace cadenas::pbx::test {
namespace {

using media::tdm::SlotId;

const SlotId desk{0, 1};
const SlotId hall{0, 2};

class OnTheBus : public ShelfOnBus {
 protected:
  OnTheBus()
      : ShelfOnBus({{desk, media::tdm::PortKind::analogue, true}, {hall, media::tdm::PortKind::analogue, true}}) {
    declare(desk, store::TdmPortKind::analogue).number = "310";
    declare(hall, store::TdmPortKind::analogue).number = "311";
    exchange.follow_ports();
    pass(2);
  }
  void dial(const SlotId& port, const std::string& digits) {
    for (const char digit : digits) {
      shelf->tell(port, media::tdm::Digit{digit});
      pass(1);
    }
  }
};

TEST_F(OnTheBus, TwoSetsHearTonesAndThenEachOther) {
  shelf->tell(desk, media::tdm::OffHook{});
  pass(3);
  EXPECT_TRUE(hears_something(desk)) << "the dial tone";
  dial(desk, "311");
  pass(2);
  const auto ring = shelf->next_command(hall);
  ASSERT_TRUE(ring && std::holds_alternative<media::tdm::Ring>(*ring));
  EXPECT_EQ(std::get<media::tdm::Ring>(*ring).calling, "310");
  shelf->tell(hall, media::tdm::OffHook{});
  pass(3);
  static_cast<void>(shelf->heard(desk));
  EXPECT_TRUE(carries(desk, hall));
  EXPECT_FALSE(hears_something(desk)) << "nobody hears himself, and the tones are over";
  const auto call = exchange.views().at(0);
  EXPECT_EQ(call.state, CallState::answered);
  EXPECT_GT(call.legs.at(0).slot_heard, 0U);
  EXPECT_EQ(board.sessions(), 0U) << "no packets, no ports";

  shelf->tell(desk, media::tdm::OnHook{});
  pass(3);
  EXPECT_TRUE(hears_something(hall)) << "busy tone";
  EXPECT_TRUE(exchange.views().empty());
}

TEST_F(OnTheBus, ACardThatIsPulledOutEndsTheCall) {
  shelf->tell(desk, media::tdm::OffHook{});
  pass(1);
  dial(desk, "311");
  pass(2);
  shelf->tell(hall, media::tdm::OffHook{});
  pass(2);
  ASSERT_EQ(exchange.views().size(), 1U);
  shelf->pull_out();
  pass(2);
  EXPECT_TRUE(exchange.views().empty());
  EXPECT_EQ(exchange.records.at(0).cause, "tdm.card-gone");
}

TEST_F(OnTheBus, AMediaBoardOutOfServiceJoinsNobody) {
  eip.set(false);
  shelf->tell(desk, media::tdm::OffHook{});
  pass(1);
  dial(desk, "311");
  pass(2);
  shelf->tell(hall, media::tdm::OffHook{});
  pass(2);
  EXPECT_TRUE(exchange.views().empty());
  EXPECT_EQ(exchange.records.at(0).cause, "refused 503 eip.out-of-service");
}

}  // namespace
}  // namespace cadenas::pbx::test
