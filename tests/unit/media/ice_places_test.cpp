// Legs with ICE that end at the board: a member of a conference room, and one opposite a time slot. The test is their
// network; the checks are of foreign code.
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "carried_loop.hpp"
#include "ice_agent.hpp"
#include "media/dtls_context.hpp"
#include "media/leg_work.hpp"
#include "media/room.hpp"
#include "media/tdm/slot_channel.hpp"
#include "media/tdm/slot_session.hpp"
#include "packets.hpp"

namespace cadenas::media {
namespace {

using test::CarriedLoop;
using test::Check;
using test::rtp_packet;

class IcePlaceTest : public testing::Test {
 protected:
  static LegMedia browser() {
    LegMedia media;
    media.rtcp_mux = true;
    media.ice = IceParams{"ours", base::SecretBytes::copy_of(base::as_bytes(Check{}.password)), "peer"};
    return media;
  }
  static MemberAudio g711() {
    const PayloadFormat pcmu{Codec::pcmu, 0};
    return {{pcmu}, pcmu};
  }
  LegSockets sockets() { return LegSockets::bind(base::Endpoint::parse("127.0.0.1", 0).value(), pool_).value(); }
  Port& rtp_port() { return *loop_.ports.front(); }
  std::vector<CarriedLoop::Sent> to_browser() {
    while (work_.next() && *work_.next() <= now_) work_.step(now_);
    return loop_.take_sent();
  }
  /// Nothing is said to the browser and nothing of it is heard until its checks say where it is.
  template <class Frame>
  void expect_voice_by_nomination(const SideCounters& leg, Frame frame) {
    const auto say = [&](std::uint16_t sequence) {
      loop_.deliver(rtp_port(), rtp_packet(7, sequence), browser_, now_);
      frame();
      now_ += base::Millis{20};
    };
    say(1);
    EXPECT_TRUE(to_browser().empty());
    EXPECT_EQ(leg.read().rtp.rx_wrong_source, 1u);
    loop_.deliver(rtp_port(), test::make_check({.nominates = true}), browser_, now_);
    const auto answers = to_browser();
    ASSERT_EQ(answers.size(), 1u);
    EXPECT_EQ(answers[0].to, browser_);
    EXPECT_TRUE(test::read_answer(answers[0].packet, Check{}.password)->is_success);
    for (std::uint16_t sequence = 2; sequence < 6; ++sequence) say(sequence);
    const auto voice = to_browser();
    EXPECT_FALSE(voice.empty());
    for (const CarriedLoop::Sent& sent : voice) EXPECT_EQ(sent.to, browser_);
    EXPECT_EQ(leg.read().rtp.rx_clear, 4u);
    EXPECT_EQ(leg.read().ice->state, IceState::nominated);
  }

  const base::Endpoint browser_ = base::Endpoint::parse("198.51.100.7", 61'000).value();
  PortPool pool_{44'000, 44'099};
  CarriedLoop loop_;
  DtlsContext context_{base::WallTime{}};
  LegWork work_{context_};
  base::SteadyTime now_{base::Millis{5'000}};
};

TEST_F(IcePlaceTest, AMemberOfARoom) {
  Room room({});
  const auto counters = std::make_shared<MemberCounters>();
  room.join(1, counters, sockets(), loop_, work_);
  room.configure(1, browser(), std::make_unique<MemberVoice>(g711()));
  expect_voice_by_nomination(counters->leg, [&] { room.mix(now_); });
  room.take_out(1)->end([] {});
}

TEST_F(IcePlaceTest, OppositeATimeSlot) {
  const auto counters = std::make_shared<SideCounters>();
  const auto channel = std::make_shared<tdm::SlotChannel>(G711Law::a);
  tdm::SlotSession session(counters, sockets(), tdm::TimeSlot(channel), loop_, work_);
  session.begin();
  session.configure(browser(), std::make_unique<tdm::SlotVoice>(tdm::SlotAudio{g711(), std::nullopt}));
  expect_voice_by_nomination(*counters, [&] { session.frame(now_); });
  session.end([] {});
}

}  // namespace
}  // namespace cadenas::media
