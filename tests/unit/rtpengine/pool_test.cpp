#include "rtpengine/pool.hpp"

#include <deque>

#include <gtest/gtest.h>

#include "fake_rtpengine.hpp"

namespace cadenas::rtpengine {
namespace {

using media::AddressFamily;
using test::FakeRtpengine;

class RtpenginePool : public ::testing::Test {
 protected:
  void create(std::vector<unsigned> weights) {
    PoolSettings settings;
    for (const unsigned weight : weights) {
      servers.emplace_back();
      alive.push_back(true);
      settings.instances.push_back({servers.back().address(), weight});
    }
    Pool::Events events;
    events.on_state = [this](const InstanceView& relay, std::size_t sessions_lost) {
      told.push_back(std::string(to_string(relay.state)) + " " + std::to_string(sessions_lost));
    };
    events.on_lost = [this](const std::vector<Pool::SessionId>& ids) {
      lost.insert(lost.end(), ids.begin(), ids.end());
    };
    pool = *Pool::create(std::move(settings), loop, std::move(events));
    pool->start();
    settle();
  }
  /// Lets loop and instances talk until nobody has anything to say.
  void settle() {
    for (bool talked = true; talked;) {
      loop.run_ready();
      talked = false;
      for (std::size_t i = 0; i < servers.size(); ++i) {
        for (const auto& asked : servers[i].take()) {
          talked = true;
          commands.push_back(asked.name());
          if (!alive[i]) continue;
          if (forgotten && asked.name() == "query") {
            servers[i].answer(asked, Value::Dictionary{{"result", "error"}, {"error-reason", "Unknown call-id"}});
          } else {
            servers[i].answer_well(asked);
          }
        }
      }
    }
  }
  void pass(int seconds) {
    for (int i = 0; i < seconds * 10; ++i) {
      clock.advance(base::Millis{100});
      settle();
    }
  }
  base::Result<media::SessionPorts> open(Pool::SessionId id) {
    base::Result<media::SessionPorts> out = base::fail("test.not-called", "");
    pool->open(id, AddressFamily::ip4, AddressFamily::ip4, [&out](auto ports) { out = std::move(ports); });
    settle();
    for (int i = 0; i < 40 && !out && out.error().code == "test.not-called"; ++i) {
      clock.advance(base::Millis{100});
      settle();
    }
    return out;
  }
  std::size_t sessions(std::size_t at) { return pool->view()->instances[at].sessions; }

  base::ManualClock clock{base::WallTime{base::Millis{1'700'000'000'000}}};
  base::Loop loop{0, clock};
  std::deque<FakeRtpengine> servers;
  std::vector<bool> alive;
  bool forgotten = false;
  std::unique_ptr<Pool> pool;
  std::vector<std::string> told, commands;
  std::vector<Pool::SessionId> lost;
};

TEST_F(RtpenginePool, SpreadsSessionsByWeight) {
  create({1, 2});
  for (Pool::SessionId id = 1; id <= 6; ++id) ASSERT_TRUE(open(id).has_value());
  EXPECT_EQ(sessions(0), 2U);
  EXPECT_EQ(sessions(1), 4U);
}

TEST_F(RtpenginePool, GivesThePortsRtpengineListensOnAndEndsTheSessionThere) {
  create({1});
  const auto ports = open(1);
  ASSERT_TRUE(ports.has_value());
  EXPECT_EQ(ports->b.to_string(), "192.0.2.9:40000") << "the offer of A tells the port towards B";
  EXPECT_EQ(ports->a.to_string(), "192.0.2.9:40002");
  std::optional<media::SessionStats> last;
  pool->close(1, [&](auto stats) { last = stats; });
  EXPECT_FALSE(pool->holds(1));
  settle();
  ASSERT_TRUE(last.has_value());
  EXPECT_EQ(last->a.rtp.rx_relayed, 120U);
  EXPECT_EQ(last->a.rtp.rx_relay_errors, 2U);
  EXPECT_EQ(commands.back(), "delete");
  EXPECT_EQ(sessions(0), 0U);
}

TEST_F(RtpenginePool, TellsLegsOnlyOnceBothAreKnownAndCountsByWhatTheRelaySays) {
  create({1});
  ASSERT_TRUE(open(1).has_value());
  commands.clear();
  ASSERT_TRUE(pool->configure(1, media::Side::a, {}).has_value());
  settle();
  EXPECT_TRUE(commands.empty());
  ASSERT_TRUE(pool->configure(1, media::Side::b, {}).has_value());
  settle();
  EXPECT_EQ(commands, (std::vector<std::string>{"offer", "answer"}));
  EXPECT_EQ(pool->stats(1)->a.rtp.rx_relayed, 0U);
  pass(3);
  EXPECT_EQ(pool->stats(1)->a.rtp.rx_relayed, 120U);
  EXPECT_EQ(pool->stats(1)->b.rtp.rx_relayed, 90U);
  EXPECT_EQ(pool->stats(1)->a.rtp.rx_authenticated, 0U) << "not ours to claim";
  EXPECT_EQ(pool->configure(2, media::Side::a, {}).error().code, "media.no-session");
}

TEST_F(RtpenginePool, TellsTheSessionsOfAnInstanceThatGoesAwayAndTakesTheOther) {
  create({1, 1});
  for (Pool::SessionId id = 1; id <= 4; ++id) ASSERT_TRUE(open(id).has_value());
  EXPECT_EQ(told, (std::vector<std::string>{"up 0", "up 0"}));
  alive[0] = false;
  pass(6);
  EXPECT_EQ(told.back(), "down 2");
  ASSERT_EQ(lost.size(), 2U);
  for (Pool::SessionId id = 1; id <= 4; ++id) {
    EXPECT_EQ(pool->stats(id)->lost, std::find(lost.begin(), lost.end(), id) != lost.end()) << id;
  }
  for (Pool::SessionId id = 5; id <= 7; ++id) {
    ASSERT_TRUE(open(id).has_value());
    EXPECT_EQ(pool->stats(id)->relay, servers[1].address().to_string());
  }
  EXPECT_EQ(pool->view()->instances[0].lost, 2U);
  alive[0] = true;
  pass(4);
  EXPECT_EQ(told.back(), "up 0");
  ASSERT_TRUE(open(8).has_value());
  EXPECT_EQ(pool->stats(8)->relay, servers[0].address().to_string());
}

TEST_F(RtpenginePool, TriesTheNextInstanceWhereOneDoesNotAnswer) {
  create({1, 1});
  ASSERT_TRUE(open(1).has_value());
  const std::string first = pool->stats(1)->relay;
  // The next is the other one's turn, which has died a moment ago.
  alive[first == servers[0].address().to_string() ? 1 : 0] = false;
  ASSERT_TRUE(open(2).has_value());
  EXPECT_EQ(pool->stats(2)->relay, first);
}

TEST_F(RtpenginePool, OpensNothingWhileNoneIsUp) {
  create({1});
  alive[0] = false;
  pass(6);
  EXPECT_EQ(open(1).error().code, "rtpengine.none-up");
  EXPECT_FALSE(pool->holds(1));
}

TEST_F(RtpenginePool, NoticesAnInstanceThatWasStartedAnewBetweenTwoPings) {
  create({1});
  ASSERT_TRUE(open(1).has_value());
  ASSERT_TRUE(pool->configure(1, media::Side::a, {}).has_value());
  ASSERT_TRUE(pool->configure(1, media::Side::b, {}).has_value());
  forgotten = true;
  pass(5);
  EXPECT_EQ(lost, std::vector<Pool::SessionId>{1}) << "told once";
  EXPECT_TRUE(pool->stats(1)->lost);
}

}  // namespace
}  // namespace cadenas::rtpengine
