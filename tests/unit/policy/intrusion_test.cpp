// Who may break into a call, and when not (CONF-5, CONF-6).
#include "policy/intrusion.hpp"

#include <gtest/gtest.h>

namespace cadenas::policy {
namespace {

IntrusionFacts facts(Intrusion kind) {
  IntrusionFacts out;
  out.kind = kind;
  out.right = true;
  out.newcomer.number = "103";
  out.parties[0].number = "100";
  out.parties[1].number = "101";
  return out;
}
std::string code(const IntrusionFacts& facts) {
  const auto judged = judge_intrusion(facts);
  return judged ? "" : judged.error().code;
}

constexpr std::array kKinds{Intrusion::intrude, Intrusion::listen_in, Intrusion::intervene};

TEST(JudgeIntrusion, WantsTheRightAndNobodyProtectedOrOnHold) {
  for (const Intrusion kind : kKinds) {
    IntrusionFacts all = facts(kind);
    EXPECT_EQ(code(all), "");
    all.right = false;
    EXPECT_EQ(code(all), "intrusion.no-right");
    for (const std::size_t party : {0U, 1U}) {
      all = facts(kind);
      all.parties[party].is_protected = true;
      EXPECT_EQ(code(all), "intrusion.protected");
      all = facts(kind);
      all.parties[party].in_conversation = false;
      EXPECT_EQ(code(all), "intrusion.call-on-hold");
      all = facts(kind);
      all.parties[party].number = "103";
      EXPECT_EQ(code(all), "intrusion.own-call");
    }
  }
}

TEST(JudgeIntrusion, IsNeverEncryptedSoWhoForbidsClearVoiceForbidsIt) {
  IntrusionFacts all = facts(Intrusion::intrude);
  all.parties[0].encrypted = true;
  EXPECT_EQ(code(all), "") << "encrypted sets become clear";
  for (IntrusionSet* set : {&all.parties[0], &all.parties[1], &all.newcomer}) {
    set->takes_clear = false;
    const auto judged = judge_intrusion(all);
    ASSERT_FALSE(judged);
    EXPECT_EQ(judged.error().code, "intrusion.clear-forbidden");
    EXPECT_NE(judged.error().message.find(set->number), std::string::npos);
    set->takes_clear = true;
  }
}

TEST(JudgeIntrusion, ListensInOnThreeSetsThatAreAllEncryptedOrNone) {
  for (const Intrusion kind : {Intrusion::listen_in, Intrusion::intervene}) {
    for (unsigned sets = 0; sets < 8; ++sets) {
      IntrusionFacts all = facts(kind);
      all.parties[0].encrypted = (sets & 1) != 0;
      all.parties[1].encrypted = (sets & 2) != 0;
      all.newcomer.encrypted = (sets & 4) != 0;
      all.newcomer.takes_clear = false;
      EXPECT_EQ(code(all), sets == 0 || sets == 7 ? "" : "intrusion.mixed-encryption") << sets;
    }
  }
  IntrusionFacts all = facts(Intrusion::listen_in);
  all.parties[0].encrypted = all.newcomer.encrypted = true;
  EXPECT_EQ(judge_intrusion(all).error().message,
            "The three sets must be all encrypted or none: encrypted is 100, 103, clear is 101.");
}

}  // namespace
}  // namespace cadenas::policy
