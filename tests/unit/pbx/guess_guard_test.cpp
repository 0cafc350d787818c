#include "pbx/guess_guard.hpp"

#include <gtest/gtest.h>

#include "registration_bench.hpp"

namespace cadenas::pbx::test {
namespace {

constexpr base::Millis none{0};

class Guard : public ::testing::Test {
 protected:
  void fail(int times, const sip::Flow& flow, const std::string& user) {
    for (int i = 0; i < times; ++i) guard.failed(flow, user);
  }
  base::ManualClock clock{some_day};
  GuessGuard guard{clock};
};

TEST_F(Guard, LetsAFewMistakesPass) {
  fail(5, udp_flow(), "bob");
  EXPECT_EQ(guard.wait(udp_flow(), "bob"), none);
}

TEST_F(Guard, DoublesTheWaitWithEachFurtherFailureUpToTheLongest) {
  fail(6, udp_flow(), "bob");
  EXPECT_EQ(guard.wait(udp_flow(), "bob"), base::Millis{1'000});
  fail(1, udp_flow(), "bob");
  EXPECT_EQ(guard.wait(udp_flow(), "bob"), base::Millis{2'000});
  fail(100, udp_flow(), "bob");
  EXPECT_EQ(guard.wait(udp_flow(), "bob"), base::Millis{300'000});
  clock.advance(base::Millis{300'000});
  EXPECT_EQ(guard.wait(udp_flow(), "bob"), none);
}

TEST_F(Guard, SparesOtherUsersOfTheSourceUntilTheSourceItselfHasFailedTooOften) {
  fail(10, udp_flow(), "bob");
  EXPECT_EQ(guard.wait(udp_flow(), "alice"), none);
  for (int i = 0; i < 40; ++i) guard.failed(udp_flow(), "user" + std::to_string(i));
  EXPECT_GT(guard.wait(udp_flow(), "alice"), none);
  EXPECT_EQ(guard.wait(udp_flow("192.0.2.11"), "alice"), none);
}

TEST_F(Guard, NeverHoldsUpAnAuthenticatedFlowOfTheSameNatAddress) {
  guard.succeeded(tls_flow(7), "alice");
  for (int i = 0; i < 200; ++i) guard.failed(tls_flow(8), "user" + std::to_string(i));
  EXPECT_GT(guard.wait(tls_flow(9), "carol"), none);
  EXPECT_EQ(guard.wait(tls_flow(7), "alice"), none);
  guard.forget(tls_flow(7));
  EXPECT_GT(guard.wait(tls_flow(7), "alice"), none);
}

TEST_F(Guard, SuccessClearsItsOwnUserButDoesNotBuyGuessesAtOthers) {
  fail(5, udp_flow(), "bob");
  guard.succeeded(udp_flow(), "bob");
  fail(5, udp_flow(), "bob");
  EXPECT_EQ(guard.wait(udp_flow(), "bob"), none);

  for (int i = 0; i < 40; ++i) {
    guard.succeeded(udp_flow("192.0.2.66"), "mallory");
    guard.failed(udp_flow("192.0.2.66"), "user" + std::to_string(i));
  }
  EXPECT_GT(guard.wait(udp_flow("192.0.2.66"), "next"), none);
}

TEST_F(Guard, ForgivesWithTime) {
  fail(8, udp_flow(), "bob");
  clock.advance(base::Millis{600'000 * 3});  // three half-lives: 8 failures weigh as one
  fail(4, udp_flow(), "bob");
  EXPECT_EQ(guard.wait(udp_flow(), "bob"), none);
}

TEST_F(Guard, TakesAnIpv6SubnetForOneSource) {
  for (int i = 0; i < 40; ++i) guard.failed(udp_flow("2001:db8::" + std::to_string(i)), "user" + std::to_string(i));
  EXPECT_GT(guard.wait(udp_flow("2001:db8::abcd"), "bob"), none);
  EXPECT_EQ(guard.wait(udp_flow("2001:db8:0:1::abcd"), "bob"), none);
}

TEST_F(Guard, MemoryStaysBoundedHoweverManySourcesAndUsersAreTried) {
  GuessGuard::Settings settings;
  settings.entries = 100;
  GuessGuard small(clock, settings);
  for (int i = 0; i < 5'000; ++i) {
    const auto flow = udp_flow("10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250));
    small.failed(flow, "user" + std::to_string(i));
    small.succeeded(flow, "user" + std::to_string(i));
  }
  EXPECT_LE(small.entries(), 300U);
}

}  // namespace
}  // namespace cadenas::pbx::test
