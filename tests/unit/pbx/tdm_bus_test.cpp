// Calls of sets on a bus with a shelf in this process: events, tones and voice as they are (ENC-5).

#include <algorithm>

#include "call_harness.hpp"
#include "media/tdm/in_process_shelf.hpp"

namespace cadenas::pbx::test {
namespace {

using media::tdm::SlotId;

constexpr std::uint8_t silence = 0xd5;  // of the A-law
constexpr std::uint8_t loud = 0x2a;
const SlotId desk{0, 1};
const SlotId hall{0, 2};

class OnTheBus : public ::testing::Test {
 protected:
  OnTheBus() {
    exchange.services.tdm = &tdm;
    bus.attach(shelf);
    declare(desk, "310");
    declare(hall, "311");
    exchange.follow_ports();
    pass(2);
  }
  void declare(const SlotId& at, const std::string& number) {
    store::TdmPort port;
    port.shelf = "shelf";
    port.line = at.line;
    port.slot = at.slot;
    port.number = number;
    exchange.tdm_ports[port.name()] = port;
  }
  /// So many times 20 ms.
  void pass(int frames) {
    for (int i = 0; i < frames; ++i) {
      exchange.clock.advance(base::Millis{20});
      bus.step();
      exchange.settle();
    }
  }
  void dial(const SlotId& port, const std::string& digits) {
    for (const char digit : digits) {
      shelf->tell(port, media::tdm::Digit{digit});
      pass(1);
    }
  }
  bool hears_something(const SlotId& port) {
    const auto heard = shelf->heard(port);
    return std::any_of(heard.begin(), heard.end(),
                       [](std::uint8_t octet) { return (octet & 0x7f) != (silence & 0x7f); });
  }
  bool hears_loud(const SlotId& port) {
    const auto heard = shelf->heard(port);
    return std::count(heard.begin(), heard.end(), loud) > 1000;
  }
  static media::BoardSettings on_loopback() {
    media::BoardSettings out;
    out.bind_ip4 = *base::Endpoint::parse("127.0.0.1", 0);
    return out;
  }
  static media::tdm::ShelfDescription description() {
    media::tdm::ShelfDescription out;
    out.name = "shelf";
    out.ports = {{desk, media::tdm::PortKind::analogue, true}, {hall, media::tdm::PortKind::analogue, true}};
    return out;
  }

  Exchange exchange{2};
  EipService eip;
  media::Board board{on_loopback(), exchange.clock};
  media::tdm::Bus bus{{{}, media::TonePlan::generic, media::tdm::BusSettings::Clocking::by_step},
                      [this](const media::tdm::PortId& port, const media::tdm::Event& event) {
                        TdmPorts::deliver(exchange.services, port, event);
                      },
                      exchange.clock};
  BoardTdm tdm{bus, board, eip};
  std::shared_ptr<media::tdm::InProcessShelf> shelf = std::make_shared<media::tdm::InProcessShelf>(description());
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
  shelf->say(desk, base::Bytes(3200, loud));
  pass(25);
  EXPECT_TRUE(hears_loud(hall));
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
