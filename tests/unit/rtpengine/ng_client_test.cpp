#include "rtpengine/ng_client.hpp"

#include <gtest/gtest.h>

#include "fake_rtpengine.hpp"
#include "rtpengine/session_commands.hpp"

namespace cadenas::rtpengine {
namespace {

using test::FakeRtpengine;

class NgClientTest : public ::testing::Test {
 protected:
  void ask() {
    client->ask(ping_command(), [this](const base::Result<Value>& answer) {
      outcomes.push_back(answer ? *answer->find("result")->text() : answer.error().code);
    });
  }
  void pass(int ms) {
    clock.advance(base::Millis{ms});
    loop.run_ready();
  }

  base::ManualClock clock{base::WallTime{base::Millis{1'700'000'000'000}}};
  base::Loop loop{0, clock};
  FakeRtpengine server;
  std::unique_ptr<NgClient> client = *NgClient::open(loop, server.address(), {});
  std::vector<std::string> outcomes;
};

TEST_F(NgClientTest, GivesTheAnswerToWhoeverAsked) {
  ask();
  ask();
  auto asked = server.take();
  ASSERT_EQ(asked.size(), 2U);
  server.answer(asked[1], Value::Dictionary{{"result", "second"}});
  server.answer(asked[0], Value::Dictionary{{"result", "first"}});
  loop.run_ready();
  EXPECT_EQ(outcomes, (std::vector<std::string>{"second", "first"}));
  EXPECT_EQ(client->waiting(), 0U);
}

TEST_F(NgClientTest, RepeatsALostCommandUnderTheSameCookie) {
  ask();
  const auto lost = server.take();
  pass(249);
  EXPECT_TRUE(server.take().empty());
  pass(1);
  const auto repeated = server.take();
  ASSERT_EQ(repeated.size(), 1U);
  EXPECT_EQ(repeated[0].cookie, lost.at(0).cookie);
  server.answer_well(repeated[0]);
  loop.run_ready();
  EXPECT_EQ(outcomes, std::vector<std::string>{"pong"});
}

TEST_F(NgClientTest, TakesOneAnswerOfSeveral) {
  ask();
  const auto asked = server.take();
  for (int i = 0; i < 3; ++i) server.answer_well(asked.at(0));
  loop.run_ready();
  EXPECT_EQ(outcomes.size(), 1U);
  EXPECT_EQ(client->strays(), 2U);
}

TEST_F(NgClientTest, GivesUpWhenTimeIsOver) {
  ask();
  for (int i = 0; i < 15; ++i) pass(100);
  EXPECT_EQ(outcomes, std::vector<std::string>{"rtpengine.no-answer"});
  EXPECT_EQ(server.take().size(), 3U) << "at once, after 250 ms and after 500 ms more";
  EXPECT_EQ(client->waiting(), 0U);
}

TEST_F(NgClientTest, PassesOverGarbageAndTakesTheAnswerAfterIt) {
  ask();
  const auto asked = server.take();
  for (const char* garbage : {"", " ", "no-blank", "other d6:result4:ponge", "\xff\xfe\x00"})
    server.raw(asked.at(0), garbage);
  loop.run_ready();
  EXPECT_TRUE(outcomes.empty());
  server.answer_well(asked.at(0));
  loop.run_ready();
  EXPECT_EQ(outcomes, std::vector<std::string>{"pong"});
}

TEST_F(NgClientTest, SaysWhatIsNoAnswer) {
  for (const char* text : {"", "d6:result", "i1e", "d1:ai1ee", "d6:resulti1ee"}) {
    ask();
    const auto asked = server.take();
    server.raw(asked.at(0), asked.at(0).cookie + " " + text);
    loop.run_ready();
    ASSERT_FALSE(outcomes.empty()) << text;
    EXPECT_EQ(outcomes.back(), "rtpengine.answer") << text;
  }
}

TEST_F(NgClientTest, HandsOnTheReasonOfARefusal) {
  std::string said;
  client->ask(ping_command(), [&](const base::Result<Value>& answer) { said = answer.error().message; });
  server.answer(server.take().at(0), Value::Dictionary{{"result", "error"}, {"error-reason", "Unknown call-id"}});
  loop.run_ready();
  EXPECT_EQ(said, "Unknown call-id");
}

}  // namespace
}  // namespace cadenas::rtpengine
