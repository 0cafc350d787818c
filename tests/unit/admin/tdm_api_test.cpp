#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <gtest/gtest.h>

#include "running_api.hpp"

namespace cadenas::test {
namespace {

class TdmApi : public RunningApi {};

TEST_F(TdmApi, DeclaresPortsAndShowsThemBesideThoseOfTheCards) {
  auto client = as_administrator();
  const auto put = client->call("PUT", "/api/v1/tdm-ports/shelf-1/0/3",
                                R"({"kind":"analogue","number":"310","display_name":"Lobby"})");
  ASSERT_TRUE(put) << put.error().message;
  EXPECT_EQ(put->at("port").as_string(), "shelf-1/0/3");
  ASSERT_TRUE(client->call("PUT", "/api/v1/tdm-ports/shelf-2/1/1", R"({"kind":"t2","prefix":"0","strip":1})"));
  ASSERT_TRUE(client->call("PUT", "/api/v1/tdm-ports/shelf-1/0/4", R"({"kind":"dect","number":"311"})"));
  EXPECT_EQ(store_->snapshot()->tdm_ports.at("shelf-2/1/1")->strip, 1U);

  const auto listed = client->call("GET", "/api/v1/tdm-ports", "");
  ASSERT_TRUE(listed);
  const auto& ports = listed->at("ports").as_array();
  ASSERT_EQ(ports.size(), 3U);
  EXPECT_EQ(ports[0].at("state").as_string(), "off_hook");
  EXPECT_EQ(ports[1].at("state").as_string(), "other_kind") << "the card has a digital set there";
  EXPECT_EQ(ports[2].at("state").as_string(), "no_card");
  EXPECT_EQ(listed->at("shelves").as_array().at(0).at("name").as_string(), "shelf-1");

  ASSERT_TRUE(client->call("DELETE", "/api/v1/tdm-ports/shelf-1/0/4", ""));
  const auto after = client->call("GET", "/api/v1/tdm-ports", "");
  const auto& last = after->at("ports").as_array().back();
  EXPECT_EQ(last.at("port").as_string(), "shelf-1/0/4");
  EXPECT_FALSE(last.at("declared").as_bool());
}

TEST_F(TdmApi, RefusesWithTheReason) {
  auto client = as_administrator();
  const auto refused = [&](const std::string& port, const std::string& body) {
    return code_of(client->call("PUT", "/api/v1/tdm-ports/" + port, body));
  };
  EXPECT_EQ(refused("shelf-1/0/16", R"({"number":"310"})"), "tdm.slot-invalid");
  EXPECT_EQ(refused("Shelf/0/1", R"({"number":"310"})"), "tdm.slot-invalid");
  EXPECT_EQ(refused("shelf-1/0/1", R"({"kind":"fax","number":"310"})"), "request.member-value");
  EXPECT_EQ(refused("shelf-1/0/1", R"({"kind":"t2","number":"310"})"), "tdm.number-of-trunk");
  EXPECT_EQ(client->exchange("DELETE", "/api/v1/tdm-ports/shelf-1/0/1", "")->status, 404U);
}

class EipApi : public RunningApi {};

TEST_F(EipApi, TakesTheBoardOutOfServiceAndTellsOfItsAddress) {
  auto client = as_administrator();
  const auto shown = client->call("GET", "/api/v1/eip", "");
  ASSERT_TRUE(shown);
  EXPECT_TRUE(shown->at("in_service").as_bool());
  EXPECT_EQ(shown->at("addresses").as_array().at(0).at("state").as_string(), "conflict");

  const auto out = client->call("PATCH", "/api/v1/eip", R"({"in_service":false})");
  ASSERT_TRUE(out) << out.error().message;
  EXPECT_FALSE(out->at("in_service").as_bool());
  EXPECT_FALSE(store_->snapshot()->settings.eip_in_service);
  EXPECT_FALSE(pbx_.calls_ended_);
  ASSERT_TRUE(client->call("PATCH", "/api/v1/eip", R"({"in_service":false,"calls":"end"})"));
  EXPECT_TRUE(pbx_.calls_ended_);
  EXPECT_EQ(code_of(client->call("PATCH", "/api/v1/eip", R"({"calls":"end"})")), "request.member-missing");
  EXPECT_EQ(code_of(client->call("PATCH", "/api/v1/eip", R"({"in_service":true,"calls":"drop"})")),
            "request.member-value");
}

}  // namespace
}  // namespace cadenas::test
