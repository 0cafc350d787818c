#include <boost/json/array.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "running_api.hpp"

namespace cadenas::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class SnmpApi : public RunningApi {
 protected:
  const std::string path = "/api/v1/snmp-destinations/nms";
  const std::string v3 = R"({"address":"192.0.2.9","version":"v3","kind":"inform","user":"cadenas",)"
                         R"("authentication_passphrase":"authentic words","privacy_passphrase":"private words"})";
};

// OPS-3
TEST_F(SnmpApi, KeepsADestinationAndNeverShowsItsSecrets) {
  auto client = as_administrator();
  const auto put = client->exchange("PUT", path, v3);
  ASSERT_EQ(put->status, 200U) << put->body;
  const auto listed = client->exchange("GET", "/api/v1/snmp-destinations", "");
  for (const std::string& body : {put->body, listed->body}) {
    EXPECT_THAT(body, HasSubstr(R"("privacy_passphrase_set":true)"));
    EXPECT_THAT(body, Not(HasSubstr("words")));
  }
  EXPECT_THAT(listed->body, HasSubstr(R"("engine_id":"80001f88050102030405060708")"));
  EXPECT_EQ(client->exchange("DELETE", path, "")->status, 204U);
  EXPECT_EQ(client->exchange("DELETE", path, "")->status, 404U);
}

TEST_F(SnmpApi, ChangesADestinationWithoutItsSecrets) {
  auto client = as_administrator();
  ASSERT_TRUE(client->call("PUT", path, v3));
  const auto changed = client->call(
      "PUT", path, R"({"address":"192.0.2.9","version":"v3","user":"cadenas","port":1162,"least_severity":"major"})");
  ASSERT_TRUE(changed) << changed.error().message;
  EXPECT_TRUE(changed->at("privacy_passphrase_set").as_bool());
  EXPECT_EQ(changed->at("least_severity").as_string(), "major");
  EXPECT_EQ(store_->snapshot()->snmp_destinations.at("nms").port, 1162);
}

TEST_F(SnmpApi, RefusesWithoutRepeatingTheSecret) {
  auto client = as_administrator();
  const auto refused = client->exchange(
      "PUT", path,
      R"({"address":"192.0.2.9","version":"v3","user":"u","authentication_passphrase":"tiny","privacy_passphrase":""})");
  EXPECT_EQ(refused->status, 400U);
  EXPECT_THAT(refused->body, HasSubstr("snmp.passphrase-invalid"));
  EXPECT_THAT(refused->body, Not(HasSubstr("tiny")));
  EXPECT_EQ(code_of(client->call("PUT", path, R"({"address":"192.0.2.9","version":"v1"})")), "request.member-value");
}

TEST_F(SnmpApi, SaysWhatBecameOfATest) {
  auto client = as_administrator();
  EXPECT_EQ(client->exchange("POST", path + "/test", "")->status, 404U);
  ASSERT_TRUE(client->call("PUT", path, v3));
  EXPECT_EQ(client->call("POST", path + "/test", "")->at("outcome").as_string(), "acknowledged");
  EXPECT_EQ(as_reader()->exchange("POST", path + "/test", "")->status, 403U);
}

}  // namespace
}  // namespace cadenas::test
