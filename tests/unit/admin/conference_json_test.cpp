#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <gtest/gtest.h>

#include "admin/json_call.hpp"

namespace cadenas::test {
namespace {

// CONF-7: the padlock of each leg, and the truth of the whole beside it.
TEST(ConferenceJson, TellsTheWholeOfARoom) {
  pbx::CallView call;
  EXPECT_FALSE(admin::to_json(call).contains("room"));
  call.room = pbx::RoomView{false, true, "The conference is clear. 102 cannot encrypt.", {"100"}, {}};
  for (const auto& json : {admin::to_json(call), admin::explanation(call)}) {
    const auto& room = json.at("room").as_object();
    EXPECT_FALSE(room.at("encrypted").as_bool());
    EXPECT_TRUE(room.at("locked").as_bool());
    EXPECT_EQ(room.at("reason").as_string(), call.room->reason);
    EXPECT_EQ(room.at("speaking").as_array().size(), 1U);
  }
}

}  // namespace
}  // namespace cadenas::test
