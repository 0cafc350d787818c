#include "pbx/locations.hpp"

#include <algorithm>
#include <atomic>
#include <future>

#include <gtest/gtest.h>

#include "registration_bench.hpp"

namespace cadenas::pbx::test {
namespace {

BindingUpdate update(const std::string& uri, const sip::Flow& flow, std::uint32_t expires_s = 60,
                     std::uint32_t cseq = 1) {
  BindingUpdate out;
  out.contacts.push_back({uri, "", 0, 1.0F, expires_s});
  out.flow = flow;
  out.call_id = "c";
  out.cseq = cseq;
  return out;
}

base::SteadyTime at(int seconds) {
  return base::SteadyTime{std::chrono::seconds(seconds)};
}

TEST(BindingTable, RefusedUpdateChangesNothing) {
  BindingTable table(2);
  ASSERT_TRUE(table.apply("1", update("sip:a@192.0.2.1", udp_flow()), at(0)));
  auto both = update("sip:b@192.0.2.1", udp_flow(), 60, 2);
  both.contacts.push_back({"sip:c@192.0.2.1", "", 0, 1.0F, 60});
  EXPECT_EQ(table.apply("1", both, at(0)).error().code, "registrar.too-many-bindings");
  EXPECT_EQ(table.find("1", at(0)).size(), 1U);
}

// RFC 3261 §10.3 with §19.1.4: the same contact written another way is the same contact
TEST(BindingTable, EquivalentContactUriRefreshesTheBinding) {
  BindingTable table;
  ASSERT_TRUE(table.apply("1", update("sip:a@Example.com", udp_flow()), at(0)));
  const auto after = table.apply("1", update("sip:%61@example.COM", udp_flow(), 120, 2), at(0));
  ASSERT_EQ(after.value().size(), 1U);
  EXPECT_EQ(after.value()[0].expires, at(120));
}

TEST(BindingTable, ExpiredBindingsAreNotFoundAndThenLeaveMemory) {
  BindingTable table;
  ASSERT_TRUE(table.apply("1", update("sip:a@192.0.2.1", udp_flow(), 60), at(0)));
  ASSERT_TRUE(table.apply("2", update("sip:b@192.0.2.1", tls_flow(3), 90), at(0)));
  EXPECT_TRUE(table.find("1", at(60)).empty());
  EXPECT_EQ(table.size(), 2U);
  EXPECT_EQ(table.remove_expired(at(60)).size(), 1U);
  EXPECT_EQ(table.size(), 1U);
  EXPECT_EQ(table.remove_expired(at(90)).size(), 1U);
  EXPECT_EQ(table.numbers(), 0U);
  EXPECT_TRUE(table.remove_connection(3).empty());
}

TEST(BindingTable, ExpiredBindingsDoNotCountAgainstTheBound) {
  BindingTable table(1);
  ASSERT_TRUE(table.apply("1", update("sip:a@192.0.2.1", udp_flow(), 60), at(0)));
  EXPECT_TRUE(table.apply("1", update("sip:b@192.0.2.1", udp_flow(), 60, 2), at(61)));
  EXPECT_EQ(table.size(), 1U);
}

TEST(BindingTable, ClosedConnectionTakesEveryNumberBoundByIt) {
  BindingTable table;
  for (const char* number : {"1", "2", "3"}) {
    ASSERT_TRUE(table.apply(number, update("sip:a@192.0.2.1", tls_flow(number[0] == '3' ? 6 : 5)), at(0)));
  }
  EXPECT_EQ(table.remove_connection(5).size(), 2U);
  EXPECT_EQ(table.find("3", at(0)).size(), 1U);
}

// Two loops that really run: what one thread binds the other finds, and lists are whole.
TEST(LocationsOnTwoLoops, BindFindListAndRemoveMeetAcrossThreads) {
  base::ManualClock clock(some_day);
  base::Loops loops(2, clock);
  Locations locations(loops);
  loops.start();
  constexpr int numbers = 64;
  std::atomic<int> bound{0};
  std::promise<void> all_bound;
  for (int i = 0; i < numbers; ++i) {
    const auto loop = static_cast<unsigned>(i % 2);
    loops.at(loop).post([&, i, loop] {
      locations.apply(std::to_string(i), update("sip:x@192.0.2.1", tls_flow(i < 10 ? 1 : 2)), loops.at(loop),
                      [&, loop](const auto& outcome) {
                        EXPECT_TRUE(outcome);
                        EXPECT_TRUE(loops.at(loop).is_current());
                        if (++bound == numbers) all_bound.set_value();
                      });
    });
  }
  all_bound.get_future().wait();
  EXPECT_EQ(locations.size(), 64U);

  std::promise<std::vector<Binding>> found;
  locations.find("12", loops.at(1), [&](std::vector<Binding> bindings) { found.set_value(std::move(bindings)); });
  EXPECT_EQ(found.get_future().get().size(), 1U);

  locations.remove_flow(tls_flow(1));
  locations.remove_unless([](const std::string& number, const sip::Flow&) { return number != "63"; },
                          "registrar.subscription-removed");
  std::promise<std::vector<RegistrationView>> listed;
  locations.list([&](std::vector<RegistrationView> views) { listed.set_value(std::move(views)); });
  const auto views = listed.get_future().get();
  EXPECT_EQ(views.size(), 53U);
  EXPECT_TRUE(
      std::is_sorted(views.begin(), views.end(), [](const auto& a, const auto& b) { return a.number < b.number; }));
  EXPECT_EQ(locations.lost_with_connection(), 10U);
  loops.stop();
}

}  // namespace
}  // namespace cadenas::pbx::test
