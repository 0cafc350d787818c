#include "pbx/alarm_notifier.hpp"

#include <future>

#include <gtest/gtest.h>

#include "../pki/test_crl.hpp"
#include "pbx/alarm_conditions.hpp"

namespace cadenas::pbx::test {
namespace {

using std::chrono::days;
using std::chrono::hours;

/// The board, what is looked for, and the notifier, as the iPBX joins them; the manager keeps what it is sent.
class AlarmNotifierTest : public ::testing::Test {
 protected:
  struct Received {
    std::string notification;  ///< the last arc of its name
    std::string code;
    friend bool operator==(const Received&, const Received&) = default;
  };

  AlarmNotifierTest() {
    model.settings.licensed = true;
    // Where no certificate is needed, none is missing.
    model.settings.mode = store::TransportMode::no_tls;
    model.settings.system_id = "abcd";
    destination.name = "nms";
    destination.kind = store::SnmpKind::inform;
    model.snmp_destinations.emplace("nms", destination);
  }

  void look() {
    AlarmFacts facts{&model.settings, certificate, &authorities, true, notifier.unanswering(model)};
    ASSERT_TRUE(board.reconcile(alarm_conditions(facts, clock.now())));
    board.repeat_due();
  }
  void watch(hours length) {
    for (hours passed{0}; passed < length; ++passed) {
      look();
      clock.advance(hours(1));
    }
    settle();
  }
  void settle() {
    std::promise<void> reached;
    notifier.test(destination, {}, "", [&](const auto&) { reached.set_value(); });
    reached.get_future().wait();
    received.pop_back();
  }
  base::Result<alarms::Delivery> deliver(const alarms::Notification& what) {
    const auto name = std::get<alarms::Oid>(what.at(1).value);
    received.push_back({std::to_string(name.back()), what.size() > 5 ? std::get<std::string>(what.at(5).value) : ""});
    return answering ? alarms::Delivery::acknowledged : alarms::Delivery::unanswered;
  }
  std::size_t count(const Received& wanted) const {
    return static_cast<std::size_t>(std::count(received.begin(), received.end(), wanted));
  }

  const base::WallTime now = base::SystemClock().now();
  base::ManualClock clock{now};
  const pki::Identity ca = pki::issue({.common_name = "CA", .ca = true});
  std::optional<pki::Certificate> certificate = pki::issue({.common_name = "own", .until = days(365)}).leaf();
  const pki::PhoneAuthorities authorities;
  store::Snapshot model;
  store::SnmpDestination destination;
  std::vector<Received> received;  // on the sender's thread, or once it has settled
  std::atomic<bool> answering{true};
  AlarmNotifier notifier{clock, alarms::parse_oid(alarms::default_mib_root).value(),
                         [this](const auto&, const auto& what) { return deliver(what); }, [] {}};
  alarms::Board board{clock, [this](const auto& event) { notifier.tell(event, board.view()->active, model); }};

  const Received raised_expiring{"1", "certificate.expiring"};
  const Received repeated_expiring{"2", "certificate.expiring"};
  const Received cleared_expiring{"3", "certificate.expiring"};
  const Received raised_expired{"1", "certificate.expired"};
};

// CERT-8, OPS-3: a trap 14 days before, then one a day, and one at the end.
TEST_F(AlarmNotifierTest, TellsTheManagerDailyOfAnExternalCertificateAndOnceOfItsEnd) {
  certificate = pki::issue({.common_name = "own", .until = days(20)}, &ca).leaf();
  watch(days(30));
  EXPECT_EQ(count(raised_expiring), 1U);
  EXPECT_EQ(count(repeated_expiring), 13U) << "with the first, one for each of the 14 days";
  EXPECT_EQ(count(cleared_expiring), 1U);
  EXPECT_EQ(count(raised_expired), 1U);
  EXPECT_EQ(received.size(), 16U);
}

TEST_F(AlarmNotifierTest, TellsTheEndOfASelfSignedCertificateOnce) {
  certificate = pki::issue({.common_name = "own", .until = days(20)}).leaf();
  watch(days(30));
  EXPECT_EQ(count(repeated_expiring), 0U);
  EXPECT_EQ(count(raised_expired), 1U);
}

TEST_F(AlarmNotifierTest, FollowsTheModelWithoutARestart) {
  model.settings.licensed = false;
  model.snmp_destinations.at("nms").least_severity = store::AlarmSeverity::critical;
  watch(hours(1));
  EXPECT_TRUE(received.empty()) << "the missing licence is major";
  model.snmp_destinations.at("nms").least_severity = store::AlarmSeverity::major;
  model.settings.licensed = true;
  watch(hours(1));
  EXPECT_EQ(received, (std::vector<Received>{{"3", "licence.missing"}}));
}

TEST_F(AlarmNotifierTest, RaisesAnAlarmWhereTheManagerDoesNotAnswerAndSparesItThatWord) {
  answering = false;
  model.settings.licensed = false;
  watch(hours(1));
  look();
  ASSERT_EQ(board.view()->active.size(), 2U);
  EXPECT_EQ(board.view()->active[1].condition.code, "snmp.unreachable");
  EXPECT_EQ(board.view()->active[1].condition.object, "nms");
  answering = true;
  settle();
  look();
  settle();
  EXPECT_EQ(board.view()->active.size(), 1U);
  EXPECT_EQ(received, (std::vector<Received>{{"1", "licence.missing"}}));
}

}  // namespace
}  // namespace cadenas::pbx::test
