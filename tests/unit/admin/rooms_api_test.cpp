#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <gtest/gtest.h>

#include "base/bytes.hpp"
#include "running_api.hpp"

namespace cadenas::test {
namespace {

class RoomsApi : public RunningApi {};

TEST_F(RoomsApi, KeepsARoomAndNeverShowsItsPin) {
  auto client = as_administrator();
  const auto put = client->call("PUT", "/api/v1/rooms/700",
                                R"({"name":"Board","asks_pin":true,"pin":"471147","clear_members":"refuse_clear"})");
  ASSERT_TRUE(put) << put.error().message;
  EXPECT_EQ(put->at("clear_members").as_string(), "refuse_clear");
  EXPECT_TRUE(put->at("announcements").as_bool());
  const auto listed = client->exchange("GET", "/api/v1/rooms", "");
  ASSERT_TRUE(listed);
  EXPECT_EQ(listed->body.find("471147"), std::string::npos);
  EXPECT_NE(listed->body.find("Board"), std::string::npos);
  EXPECT_EQ(base::as_text(store_->snapshot()->rooms.at("700")->pin->view()), "471147");
  EXPECT_EQ(code_of(client->call("PUT", "/api/v1/rooms/701", R"({"asks_pin":true})")), "room.no-pin");
  EXPECT_EQ(code_of(client->call("PUT", "/api/v1/rooms/701", R"({"clear_members":"whatever"})")),
            "request.member-value");
  EXPECT_TRUE(client->call("DELETE", "/api/v1/rooms/700"));
  EXPECT_EQ(client->exchange("DELETE", "/api/v1/rooms/700", "")->status, 404U);
}

TEST_F(RoomsApi, LinksRoomsShowsItAndRefusesARing) {
  auto client = as_administrator();
  for (const char* room : {"700", "701", "702"}) {
    ASSERT_TRUE(client->call("PUT", std::string("/api/v1/rooms/") + room, "{}"));
  }
  ASSERT_TRUE(client->call("PUT", "/api/v1/rooms/700/links/701", ""));
  ASSERT_TRUE(client->call("PUT", "/api/v1/rooms/702/links/701", ""));
  EXPECT_EQ(code_of(client->call("PUT", "/api/v1/rooms/700/links/702", "")), "room.link-ring");
  EXPECT_EQ(code_of(client->call("PUT", "/api/v1/rooms/700/links/709", "")), "room.unknown");
  const auto rooms = client->call("GET", "/api/v1/rooms");
  ASSERT_TRUE(rooms);
  EXPECT_EQ(rooms->at("rooms").at(1).at("links"), (boost::json::array{"700", "702"}));
  ASSERT_TRUE(client->call("DELETE", "/api/v1/rooms/701/links/700", ""));
  EXPECT_EQ(code_of(client->call("DELETE", "/api/v1/rooms/701/links/700", "")), "room.link-unknown");
}

TEST_F(RoomsApi, LetsARoomCallANumber) {
  auto client = as_administrator();
  ASSERT_TRUE(client->call("PUT", "/api/v1/rooms/700", "{}"));
  EXPECT_EQ(client->exchange("POST", "/api/v1/rooms/700/calls", R"({"number":"101"})")->status, 202U);
  EXPECT_EQ(pbx_.called_from_room_, (std::pair<std::string, std::string>{"700", "101"}));
  EXPECT_EQ(code_of(client->call("POST", "/api/v1/rooms/709/calls", R"({"number":"101"})")), "room.unknown");
}

}  // namespace
}  // namespace cadenas::test
