#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "admin/answers.hpp"
#include "admin/json_call.hpp"
#include "admin/json_text.hpp"
#include "apps/process_hardening.hpp"

namespace cadenas::admin {
namespace {

TEST(JsonText, KeepsWellFormedUtf8AndReplacesTheRest) {
  EXPECT_EQ(json_text("Zoé ✔ 𝄞"), "Zoé ✔ 𝄞");
  EXPECT_EQ(json_text("a\xFFz"), "a\xEF\xBF\xBDz");
  EXPECT_EQ(json_text("\xC3"), "\xEF\xBF\xBD");
  EXPECT_EQ(json_text("\xC0\xAF"), "\xEF\xBF\xBD\xEF\xBF\xBD") << "overlong";
  EXPECT_EQ(json_text("\xED\xA0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD") << "surrogate";
  EXPECT_EQ(json_text("\xF4\x90\x80\x80").size(), 12U) << "above U+10FFFF";
}

TEST(JsonText, MakesARegistrationReadableWhateverThePhoneCallsItself) {
  pbx::RegistrationView registration;
  registration.user_agent = "phone \xFF\x1B[31m";
  boost::json::error_code error;
  const auto parsed = boost::json::parse(boost::json::serialize(to_json(registration)), error);
  ASSERT_FALSE(error);
  EXPECT_EQ(parsed.at("user_agent").as_string(), "phone \xEF\xBF\xBD\x1B[31m");
}

TEST(Timestamp, IsRfc3339InUtcWithMilliseconds) {
  EXPECT_EQ(timestamp(base::WallTime{base::Millis{1'793'000'000'007}}), "2026-10-26T07:33:20.007Z");
}

[[noreturn]] void harden_and_end() {
  const bool forbidden = apps::forbid_core_dumps().has_value();
  rlimit core{1, 1};
  getrlimit(RLIMIT_CORE, &core);
  _exit(forbidden && core.rlim_cur == 0 && core.rlim_max == 0 && prctl(PR_GET_DUMPABLE) == 0 ? 0 : 1);
}

TEST(ProcessHardening, LeavesNoWayForACoreFile) {
  EXPECT_EXIT(harden_and_end(), ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace cadenas::admin
