#include "policy/three_way.hpp"

#include <gtest/gtest.h>

namespace cadenas::policy {
namespace {

const ThreeWayParty strict{"100", false, true};
const ThreeWayParty encrypted{"101", true, true};
const ThreeWayParty clear{"102", true, false};

TEST(ThreeWay, BringsTogetherWhoIsEncryptedOrTakesClearVoice) {
  EXPECT_TRUE(judge_three_way({strict, encrypted}));
  EXPECT_TRUE(judge_three_way({encrypted, clear}));
  EXPECT_TRUE(judge_three_way({clear, clear}));
}

TEST(ThreeWay, BringsNobodyClearTogetherWithWhoTakesEncryptedVoiceOnly) {
  for (const auto& parties : {std::array{strict, clear}, std::array{clear, strict}}) {
    const auto judged = judge_three_way(parties);
    ASSERT_FALSE(judged);
    EXPECT_EQ(judged.error().code, "conference.clear-forbidden");
    EXPECT_EQ(judged.error().message, "The voice of 102 is clear, and 100 takes encrypted voice only.");
  }
}

}  // namespace
}  // namespace cadenas::policy
