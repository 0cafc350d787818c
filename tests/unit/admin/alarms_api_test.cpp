#include <boost/json/array.hpp>

#include <gtest/gtest.h>

#include "running_api.hpp"

namespace cadenas::test {
namespace {

class AlarmsApi : public RunningApi {};

// OPS-3
TEST_F(AlarmsApi, ListsWhatStandsWithWhereToPutItRightAndNotesWhoHasSeenIt) {
  auto client = as_administrator();
  const auto first = client->call("GET", "/api/v1/alarms");
  ASSERT_TRUE(first) << first.error().message;
  const auto& alarm = first->at("alarms").as_array()[0];
  EXPECT_EQ(alarm.at("severity").as_string(), "major");
  EXPECT_EQ(alarm.at("label_fr").as_string(), "Licence de chiffrement absente");
  EXPECT_TRUE(alarm.at("acknowledged_by").is_null());
  EXPECT_EQ(first->at("history").as_array()[0].at("change").as_string(), "raised");
  EXPECT_EQ(client->exchange("POST", "/api/v1/alarms/7/acknowledge", "")->status, 204U);
  const auto second = client->call("GET", "/api/v1/alarms");
  EXPECT_EQ(second->at("alarms").as_array()[0].at("acknowledged_by").as_string(), "admin");
  EXPECT_EQ(client->exchange("POST", "/api/v1/alarms/8/acknowledge", "")->status, 404U);
  EXPECT_EQ(client->exchange("POST", "/api/v1/alarms/7x/acknowledge", "")->status, 404U);
}

}  // namespace
}  // namespace cadenas::test
