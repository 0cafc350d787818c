// What a number reaches, and how a number that is being dialled stands.

#include "pbx/routing.hpp"

#include <gtest/gtest.h>

#include "pbx/q850.hpp"

namespace cadenas::pbx {
namespace {

class Routing : public ::testing::Test {
 protected:
  Routing() {
    for (const char* number : {"10", "100", "200"}) {
      auto subscription = std::make_shared<store::Subscription>();
      subscription->number = number;
      model_.subscriptions.emplace(subscription->number, subscription);
    }
    store::TdmPort set;
    set.number = "310";
    add(set);
    store::ConferenceRoom room;
    room.number = "700";
    model_.rooms.emplace(room.number, std::make_shared<const store::ConferenceRoom>(room));
    auto trunk = std::make_shared<store::Trunk>();
    trunk->name = "north";
    trunk->routes = {{"0", 1}, {"088", 0}};
    model_.trunks.emplace(trunk->name, trunk);
    store::TdmPort channel;
    channel.slot = 2;
    channel.kind = store::TdmPortKind::t2;
    channel.prefix = "08";
    channel.strip = 2;
    add(channel);
  }
  void add(store::TdmPort port) {
    port.shelf = "shelf";
    model_.tdm_ports.emplace(port.name(), std::make_shared<const store::TdmPort>(port));
  }
  Dialled dialled(std::string_view digits) const { return judge_dialled(model_, digits); }
  store::Snapshot model_;
};

TEST_F(Routing, ReachesOwnNumbersBeforeTrunksAndTheLongestPrefix) {
  EXPECT_EQ(std::get<std::shared_ptr<const store::Subscription>>(*route(model_, "100"))->number, "100");
  EXPECT_EQ(std::get<std::shared_ptr<const store::TdmPort>>(*route(model_, "310"))->number, "310");
  EXPECT_EQ(std::get<std::shared_ptr<const store::ConferenceRoom>>(*route(model_, "700"))->number, "700");
  EXPECT_EQ(std::get<TrunkCall>(*route(model_, "0155")).dialled, "155");
  EXPECT_EQ(std::get<TdmTrunkCall>(*route(model_, "0855")).dialled, "55");
  EXPECT_EQ(std::get<TrunkCall>(*route(model_, "08855")).dialled, "08855") << "the longer prefix is the SIP trunk's";
  EXPECT_FALSE(route(model_, "999"));
  EXPECT_TRUE(std::holds_alternative<TrunkCall>(*route(model_, "08"))) << "nothing would be left to dial on the bundle";
}

TEST_F(Routing, KnowsWhenANumberIsWhole) {
  EXPECT_EQ(dialled("9"), Dialled::nothing);
  EXPECT_EQ(dialled("1"), Dialled::begun);
  EXPECT_EQ(dialled("10"), Dialled::may_grow);
  EXPECT_EQ(dialled("100"), Dialled::number);
  EXPECT_EQ(dialled("1000"), Dialled::nothing);
  EXPECT_EQ(dialled("31"), Dialled::begun);
  EXPECT_EQ(dialled("310"), Dialled::number);
  EXPECT_EQ(dialled("0"), Dialled::begun);
  EXPECT_EQ(dialled("01"), Dialled::may_grow) << "who knows how long numbers are out there";
  EXPECT_EQ(dialled("0155512345"), Dialled::may_grow);
}

TEST(Q850, BecomesAStatusAndBackAsRfc3398Says) {
  EXPECT_EQ(status_of_cause(1), 404);
  EXPECT_EQ(status_of_cause(17), 486);
  EXPECT_EQ(status_of_cause(21), 403);
  EXPECT_EQ(status_of_cause(34), 503);
  EXPECT_EQ(status_of_cause(111), 500);
  EXPECT_EQ(cause_of_status(486), 17);
  EXPECT_EQ(cause_of_status(404), 1);
  EXPECT_EQ(cause_of_status(480), 18);
  EXPECT_EQ(cause_of_status(487), 16);
  EXPECT_EQ(cause_of_status(599), 31);
}

}  // namespace
}  // namespace cadenas::pbx
