#include <gtest/gtest.h>

#include "admin/login_guard.hpp"
#include "admin/sessions.hpp"

namespace cadenas::admin {
namespace {

constexpr base::WallTime start{std::chrono::milliseconds{1'793'000'000'000}};

class SessionTest : public ::testing::Test {
 protected:
  static store::AdminAccount account(const std::string& name, store::AdminRole role) {
    return {name, role, *store::PasswordHash::of("a long password")};
  }
  base::ManualClock clock_{start};
  Sessions sessions_{clock_, {std::chrono::hours{12}, std::chrono::hours{1}, 2}};
  store::Snapshot snapshot_;
  store::AdminAccount admin_ = account("admin", store::AdminRole::administrator);
  void SetUp() override { snapshot_.accounts["admin"] = admin_; }
};

TEST_F(SessionTest, KnowsWhoseTokenItIs) {
  const auto opened = sessions_.open(admin_);
  EXPECT_EQ(opened.token.size(), 64U);
  const auto caller = sessions_.find(opened.token, snapshot_);
  ASSERT_TRUE(caller);
  EXPECT_EQ(caller->account, "admin");
  EXPECT_FALSE(sessions_.find("", snapshot_));
  EXPECT_FALSE(sessions_.find(std::string(64, '0'), snapshot_));
}

TEST_F(SessionTest, EndsWhenIdleAndAtTheEndOfItsLifeHoweverBusy) {
  const auto idle = sessions_.open(admin_);
  clock_.advance(std::chrono::hours{1});
  EXPECT_FALSE(sessions_.find(idle.token, snapshot_));

  const auto busy = sessions_.open(admin_);
  for (int half_hours = 0; half_hours < 23; ++half_hours) {
    clock_.advance(std::chrono::minutes{30});
    ASSERT_TRUE(sessions_.find(busy.token, snapshot_));
  }
  clock_.advance(std::chrono::minutes{30});
  EXPECT_FALSE(sessions_.find(busy.token, snapshot_));
}

TEST_F(SessionTest, EndsWithTheAccountItsRoleOrItsPassword) {
  const auto by_role = sessions_.open(admin_);
  snapshot_.accounts["admin"].role = store::AdminRole::reader;
  EXPECT_FALSE(sessions_.find(by_role.token, snapshot_));

  snapshot_.accounts["admin"] = admin_;
  const auto by_password = sessions_.open(admin_);
  snapshot_.accounts["admin"].password = *store::PasswordHash::of("another password");
  EXPECT_FALSE(sessions_.find(by_password.token, snapshot_));

  snapshot_.accounts["admin"] = admin_;
  const auto by_removal = sessions_.open(admin_);
  snapshot_.accounts.clear();
  EXPECT_FALSE(sessions_.find(by_removal.token, snapshot_));
}

TEST_F(SessionTest, LetsTheOldestGoWhenThereAreTooMany) {
  const auto first = sessions_.open(admin_);
  clock_.advance(base::Millis{1});
  const auto second = sessions_.open(admin_);
  clock_.advance(base::Millis{1});
  const auto third = sessions_.open(admin_);
  EXPECT_EQ(sessions_.size(), 2U);
  EXPECT_FALSE(sessions_.find(first.token, snapshot_));
  EXPECT_TRUE(sessions_.find(second.token, snapshot_));
  EXPECT_TRUE(sessions_.find(third.token, snapshot_));
}

class LoginGuardTest : public ::testing::Test {
 protected:
  base::ManualClock clock_{start};
  LoginGuard guard_{clock_, {3, std::chrono::seconds{2}, std::chrono::seconds{10}, 2}};
  base::Endpoint here_ = *base::Endpoint::parse("127.0.0.1", 1000);
  base::Endpoint there_ = *base::Endpoint::parse("127.0.0.2", 1000);
};

TEST_F(LoginGuardTest, WaitsLongerWithEachFailureUpToALimit) {
  for (int i = 0; i < 2; ++i) guard_.failed(here_, "admin");
  EXPECT_EQ(guard_.wait(here_, "admin"), base::Millis{0});
  guard_.failed(here_.with_port(2000), "admin");
  EXPECT_EQ(guard_.wait(here_, "admin"), base::Millis{2000});
  guard_.failed(here_, "admin");
  EXPECT_EQ(guard_.wait(here_, "admin"), base::Millis{4000});
  for (int i = 0; i < 40; ++i) guard_.failed(here_, "admin");
  EXPECT_EQ(guard_.wait(here_, "admin"), base::Millis{10'000});
  clock_.advance(std::chrono::seconds{10});
  EXPECT_EQ(guard_.wait(here_, "admin"), base::Millis{0});
}

TEST_F(LoginGuardTest, LeavesOtherSourcesAndAccountsAlone) {
  for (int i = 0; i < 5; ++i) guard_.failed(here_, "admin");
  EXPECT_EQ(guard_.wait(there_, "admin"), base::Millis{0});
  EXPECT_EQ(guard_.wait(here_, "watcher"), base::Millis{0});
}

TEST_F(LoginGuardTest, ForgetsAfterTheRightPassword) {
  for (int i = 0; i < 5; ++i) guard_.failed(here_, "admin");
  guard_.succeeded(here_, "admin");
  EXPECT_EQ(guard_.wait(here_, "admin"), base::Millis{0});
}

TEST_F(LoginGuardTest, RemembersABoundedNumberOfPairs) {
  for (int i = 0; i < 3; ++i) guard_.failed(here_, "a");
  clock_.advance(base::Millis{1});
  guard_.failed(here_, "b");
  clock_.advance(base::Millis{1});
  guard_.failed(here_, "c");
  EXPECT_EQ(guard_.wait(here_, "a"), base::Millis{0});
}

}  // namespace
}  // namespace cadenas::admin
