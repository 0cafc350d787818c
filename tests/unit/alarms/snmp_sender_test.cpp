#include "alarms/snmp_sender.hpp"

#include <future>

#include <gtest/gtest.h>

namespace cadenas::alarms {
namespace {

using namespace std::chrono_literals;

store::SnmpDestination manager(std::string name) {
  store::SnmpDestination out;
  out.name = std::move(name);
  out.address = "192.0.2.9";
  out.kind = store::SnmpKind::inform;
  out.community = store::KeptSecret("c");
  return out;
}

class SnmpSenderTest : public testing::Test {
 protected:
  /// What the managers do; on the sender's thread.
  base::Result<Delivery> deliver(const store::SnmpDestination& to) {
    asked.push_back(to.name);
    return to.name == dumb.load() ? Delivery::unanswered : Delivery::acknowledged;
  }
  /// Returns when all that was sent before has been dealt with.
  void settle() {
    std::promise<void> reached;
    sender.test({}, manager("last"), [&](const auto&) { reached.set_value(); });
    reached.get_future().wait();
  }
  std::size_t times(const std::string& name) const {
    return static_cast<std::size_t>(std::count(asked.begin(), asked.end(), name));
  }

  base::ManualClock clock{base::WallTime{}};
  std::vector<std::string> asked;  // on the sender's thread, or once it has settled
  std::atomic<const char*> dumb{""};
  std::atomic<int> changes{0};
  SnmpSender sender{clock,
                    [this](const auto& to, const auto&) { return deliver(to); },
                    [this] { ++changes; },
                    {.waiting = 10, .silence = base::Millis{1'000}}};
};

TEST_F(SnmpSenderTest, BringsEachNotificationToEachDestinationAndCounts) {
  sender.send({}, {manager("a"), manager("b")});
  settle();
  EXPECT_EQ(asked, (std::vector<std::string>{"a", "b", "last"}));
  EXPECT_EQ(sender.counts().sent, 3U);
  EXPECT_EQ(sender.counts().acknowledged, 3U);
  EXPECT_EQ(sender.counts().lost, 0U);
  EXPECT_EQ(changes, 0);
}

TEST_F(SnmpSenderTest, LeavesOneThatDoesNotAnswerAloneForAWhileAndTellsItOnce) {
  dumb = "a";
  for (int i = 0; i < 3; ++i) sender.send({}, {manager("a")});
  settle();
  EXPECT_EQ(times("a"), 1U);
  EXPECT_EQ(sender.counts().lost, 3U);
  EXPECT_TRUE(sender.is_silent(manager("a")));
  EXPECT_FALSE(sender.is_silent(manager("b")));
  clock.advance(base::Millis{1'000});
  sender.send({}, {manager("a")});
  settle();
  EXPECT_EQ(times("a"), 2U);
  EXPECT_EQ(changes, 1);
}

TEST_F(SnmpSenderTest, TakesOneBackThatAnswersAgain) {
  dumb = "a";
  sender.send({}, {manager("a")});
  settle();
  dumb = "";
  std::promise<base::Result<Delivery>> outcome;
  sender.test({}, manager("a"), [&](const auto& value) { outcome.set_value(value); });
  EXPECT_EQ(outcome.get_future().get(), Delivery::acknowledged) << "a test does not wait for the silence to end";
  EXPECT_FALSE(sender.is_silent(manager("a")));
  EXPECT_EQ(changes, 2);
}

TEST_F(SnmpSenderTest, TakesOneThatHasMovedForAnother) {
  dumb = "a";
  sender.send({}, {manager("a")});
  settle();
  auto moved = manager("a");
  moved.port = 1162;
  EXPECT_FALSE(sender.is_silent(moved));
}

TEST(SnmpSenderQueue, LosesWhatIsTooMuchWithoutWaiting) {
  base::ManualClock clock{base::WallTime{}};
  std::promise<void> begun;
  std::promise<void> go_on;
  int delivered = 0;
  SnmpSender sender{clock,
                    [&](const auto&, const auto&) -> base::Result<Delivery> {
                      if (delivered++ == 0) {
                        begun.set_value();
                        go_on.get_future().wait();
                      }
                      return Delivery::sent;
                    },
                    [] {},
                    {.waiting = 3}};
  sender.send({}, {manager("a")});
  begun.get_future().wait();
  for (int i = 0; i < 5; ++i) sender.send({}, {manager("a")});
  EXPECT_EQ(sender.counts().lost, 3U);
  base::Result<Delivery> refused;
  sender.test({}, manager("a"), [&](const auto& outcome) { refused = outcome; });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "snmp.busy");
  go_on.set_value();
}

TEST(IsTold, FollowsTheSwitchAndTheLeastSeverity) {
  auto to = manager("a");
  to.least_severity = Severity::major;
  EXPECT_TRUE(is_told(to, Severity::critical));
  EXPECT_TRUE(is_told(to, Severity::major));
  EXPECT_FALSE(is_told(to, Severity::minor));
  to.enabled = false;
  EXPECT_FALSE(is_told(to, Severity::critical));
}

}  // namespace
}  // namespace cadenas::alarms
