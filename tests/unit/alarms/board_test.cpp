#include "alarms/board.hpp"

#include <set>

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace cadenas::alarms {
namespace {

using namespace std::chrono_literals;

class BoardTest : public testing::Test {
 protected:
  base::ManualClock clock{base::WallTime{1'700'000'000'000ms}};
  std::vector<Event> told;
  Board board{clock, [this](const Event& e) { told.push_back(e); }};
};

TEST(KindTest, GivesEachKindACodeOfItsOwnAndAllItsWords) {
  std::set<std::string_view> codes;
  for (const Kind& kind : kinds()) {
    EXPECT_TRUE(codes.insert(kind.code).second) << kind.code;
    EXPECT_FALSE(kind.french.empty() || kind.english.empty() || kind.remedy.empty()) << kind.code;
    EXPECT_EQ(find_kind(kind.code), &kind);
  }
  EXPECT_EQ(find_kind("certificate.unheard-of"), nullptr);
}

TEST_F(BoardTest, UpdatesAStandingAlarmWithoutTellingItAgain) {
  ASSERT_TRUE(board.raise({"crl.stale", "ca", "since Monday", false}));
  ASSERT_TRUE(board.raise({"crl.stale", "ca", "since Sunday", false}));
  ASSERT_EQ(board.view()->active.size(), 1U);
  EXPECT_EQ(board.view()->active[0].condition.detail, "since Sunday");
  EXPECT_EQ(told.size(), 1U);
}

TEST_F(BoardTest, RefusesAKindThatIsNotInTheCatalogue) {
  const auto refused = board.raise({"crl.odd", "", "", false});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "alarm.kind-unknown");
  EXPECT_TRUE(told.empty());
}

TEST_F(BoardTest, KeepsWhoAcknowledgedFirst) {
  ASSERT_TRUE(board.raise({"licence.missing", "", "", false}));
  const std::uint64_t id = told[0].alarm.id;
  ASSERT_TRUE(board.acknowledge(id, "ann"));
  ASSERT_TRUE(board.acknowledge(id, "bob"));
  EXPECT_EQ(board.view()->active[0].acknowledged_by, "ann");
  EXPECT_EQ(told.size(), 2U);
  ASSERT_TRUE(board.clear("licence.missing", ""));
  EXPECT_EQ(board.acknowledge(id, "ann").error().code, "alarm.unknown");
}

TEST_F(BoardTest, FollowsWhatIsFoundAndTellsOnlyWhatChanged) {
  ASSERT_TRUE(board.reconcile({{"crl.stale", "a", "", false}, {"licence.missing", "", "", false}}));
  ASSERT_EQ(told.size(), 2U);
  ASSERT_TRUE(board.reconcile({{"crl.stale", "a", "still", false}, {"crl.stale", "b", "", false}}));
  ASSERT_EQ(told.size(), 4U);
  EXPECT_EQ(told[2].alarm.condition.object, "b");
  EXPECT_EQ(told[3].change, Change::cleared);
  EXPECT_EQ(told[3].alarm.condition.code, "licence.missing");
  EXPECT_EQ(board.view()->active.size(), 2U);
  EXPECT_EQ(board.reconcile({{"crl.odd", "", "", false}}).error().code, "alarm.kind-unknown");
  EXPECT_TRUE(board.view()->active.empty());
}

// CERT-8, OPS-3: one at the start and one a day for two weeks, however often and unevenly the board is asked.
TEST_F(BoardTest, RepeatsAnExternalCertificateDailyAndASelfSignedNever) {
  ASSERT_TRUE(board.raise({"certificate.expiring", "external", "", true}));
  ASSERT_TRUE(board.raise({"certificate.expiring", "self-signed", "", false}));
  told.clear();
  for (int i = 0; i < 14 * 24; ++i) {
    clock.advance(base::Millis{1h});
    board.repeat_due();
    board.repeat_due();
  }
  ASSERT_EQ(told.size(), 14U);
  for (const Event& event : told) {
    EXPECT_EQ(event.change, Change::repeated);
    EXPECT_EQ(event.alarm.condition.object, "external");
  }
}

TEST_F(BoardTest, RepeatsDaysMissedOnlyOnce) {
  ASSERT_TRUE(board.raise({"certificate.expiring", "external", "", true}));
  clock.advance(base::Millis{60h});
  board.repeat_due();
  board.repeat_due();
  EXPECT_EQ(told.size(), 2U);
  clock.advance(base::Millis{12h});
  board.repeat_due();
  EXPECT_EQ(told.size(), 3U);
}

TEST(BoardProperties, HoldThroughAnySequenceOfChanges) {
  EXPECT_TRUE(rc::check("active alarms are what the events say", [] {
    base::ManualClock clock{base::WallTime{}};
    std::vector<Event> told;
    Board board(
        clock, [&](const Event& e) { told.push_back(e); }, 100'000);
    const auto steps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 27));
    for (const int step : steps) {
      const std::string code(kinds()[static_cast<std::size_t>(step) % 3].code);
      const std::string object = (step / 3) % 3 == 0 ? "a" : "b";
      const bool stood = [&] {
        for (const Alarm& a : board.view()->active) {
          if (a.kind->code == code && a.condition.object == object) return true;
        }
        return false;
      }();
      const std::size_t before = told.size();
      if (step < 9) {
        RC_ASSERT(board.raise({code, object, "d", false}).has_value());
        RC_ASSERT(told.size() == before + (stood ? 0U : 1U));
      } else if (step < 18) {
        RC_ASSERT(board.clear(code, object) == stood);
        RC_ASSERT(told.size() == before + (stood ? 1U : 0U));
      } else if (!board.view()->active.empty()) {
        RC_ASSERT(board.acknowledge(board.view()->active.front().id, "ann").has_value());
      }
    }
    std::set<std::uint64_t> standing;
    for (const Event& event : told) {
      if (event.change == Change::raised) RC_ASSERT(standing.insert(event.alarm.id).second);
      if (event.change == Change::acknowledged) RC_ASSERT(standing.contains(event.alarm.id));
      if (event.change == Change::cleared) RC_ASSERT(standing.erase(event.alarm.id) == 1U);
    }
    std::set<std::uint64_t> shown;
    for (const Alarm& alarm : board.view()->active) shown.insert(alarm.id);
    RC_ASSERT(shown == standing);
    RC_ASSERT(board.view()->history.size() == told.size());
  }));
}

}  // namespace
}  // namespace cadenas::alarms
