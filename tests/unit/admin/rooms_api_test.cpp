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

}  // namespace
}  // namespace cadenas::test
