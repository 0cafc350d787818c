#include "policy/room_encryption.hpp"

#include <gtest/gtest.h>

namespace cadenas::policy {
namespace {

TEST(RoomEncryption, IsThereExactlyWhileEveryMemberCanEncrypt) {
  for (std::size_t members = 0; members <= 8; ++members) {
    // Every choice of who can and who cannot.
    for (unsigned who = 0; who < 1u << members; ++who) {
      std::size_t able = 0;
      bool all = true;
      for (std::size_t i = 0; i < members; ++i) {
        const bool can = (who >> i & 1) != 0;
        able += can ? 1 : 0;
        all = all && can;
      }
      EXPECT_EQ(room_encrypts(members, able), all);
      for (const ClearNewcomer policy : {ClearNewcomer::fall_back, ClearNewcomer::refuse}) {
        EXPECT_EQ(judge_join(members, able, true, policy), (RoomJoin{true, all}));
      }
      EXPECT_EQ(judge_join(members, able, false, ClearNewcomer::fall_back), (RoomJoin{true, false}));
      EXPECT_EQ(judge_join(members, able, false, ClearNewcomer::refuse), (RoomJoin{false, all}));
    }
  }
}

}  // namespace
}  // namespace cadenas::policy
