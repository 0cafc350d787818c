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
  call.room =
      pbx::RoomView{"room", false, true, "The conference is clear. 102 cannot encrypt.", {"100"}, {}, {}, {}, {}};
  for (const auto& json : {admin::to_json(call), admin::explanation(call)}) {
    const auto& room = json.at("room").as_object();
    EXPECT_FALSE(room.at("encrypted").as_bool());
    EXPECT_TRUE(room.at("locked").as_bool());
    EXPECT_EQ(room.at("reason").as_string(), call.room->reason);
    EXPECT_EQ(room.at("speaking").as_array().size(), 1U);
  }
}

TEST(ConferenceJson, TellsWhoBreaksIntoACallAndHowVoiceArrives) {
  pbx::CallView call;
  call.conference = "c0ffee";
  call.conference_reason = "conference.intrusion: 103 has intruded.";
  call.legs.emplace_back();
  call.legs.emplace_back().quality = pbx::LegQuality{1.5, 12, 25.0, 10, std::nullopt};
  for (const auto& json : {admin::to_json(call), admin::explanation(call)}) {
    EXPECT_EQ(json.at("conference").as_string(), "c0ffee");
    EXPECT_EQ(json.at("conference_reason").as_string(), call.conference_reason);
    EXPECT_TRUE(json.at("legs").at(0).at("quality").is_null());
    const auto& quality = json.at("legs").at(1).at("quality").as_object();
    EXPECT_DOUBLE_EQ(quality.at("loss_from_percent").as_double(), 1.5);
    EXPECT_DOUBLE_EQ(quality.at("loss_to_percent").as_double(), 25);
    EXPECT_TRUE(quality.at("round_trip_ms").is_null());
  }
}

}  // namespace
}  // namespace cadenas::test
