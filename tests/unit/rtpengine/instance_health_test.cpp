#include "rtpengine/instance_health.hpp"

#include <gtest/gtest.h>

namespace cadenas::rtpengine {
namespace {

const base::WallTime now{base::Millis{1'000}};

TEST(InstanceHealth, IsUpWithTheFirstPongAndDownWithTheFirstMiss) {
  InstanceHealth answers({});
  EXPECT_EQ(answers.state(), InstanceState::unknown);
  EXPECT_TRUE(answers.on_pong(now));
  EXPECT_EQ(answers.state(), InstanceState::up);
  InstanceHealth silent({});
  EXPECT_TRUE(silent.on_miss("Silence.", now));
  EXPECT_EQ(silent.state(), InstanceState::down);
  EXPECT_EQ(silent.reason(), "Silence.");
  EXPECT_EQ(silent.since(), now);
}

TEST(InstanceHealth, FallsOnlyAfterMissesInARow) {
  InstanceHealth health({.misses_to_fall = 2, .pongs_to_rise = 2});
  health.on_pong(now);
  EXPECT_FALSE(health.on_miss("Silence.", now));
  EXPECT_FALSE(health.on_pong(now));
  EXPECT_FALSE(health.on_miss("Silence.", now));
  EXPECT_EQ(health.state(), InstanceState::up);
  EXPECT_TRUE(health.on_miss("Silence.", now));
  EXPECT_EQ(health.state(), InstanceState::down);
  EXPECT_FALSE(health.on_miss("Silence.", now)) << "told once";
}

TEST(InstanceHealth, RisesOnlyAfterPongsInARow) {
  InstanceHealth health({.misses_to_fall = 2, .pongs_to_rise = 2});
  health.on_miss("Silence.", now);
  EXPECT_FALSE(health.on_pong(now));
  health.on_miss("Silence.", now);
  EXPECT_FALSE(health.on_pong(now));
  EXPECT_TRUE(health.on_pong(now));
  EXPECT_EQ(health.state(), InstanceState::up);
  EXPECT_EQ(health.reason(), "");
}

}  // namespace
}  // namespace cadenas::rtpengine
