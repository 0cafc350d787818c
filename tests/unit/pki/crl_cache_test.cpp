#include "pki/crl_cache.hpp"

#include <fstream>

#include <gtest/gtest.h>

#include "temporary_directory.hpp"
#include "test_ca.hpp"
#include "test_crl.hpp"

namespace cadenas::pki {
namespace {

using std::chrono::days;

const std::string uri = "http://ca.example/list.crl";

/// A distribution point of the test's own making.
class Cache : public testing::Test {
 protected:
  CrlCache cache() {
    return {directory_.path() / "crl", clock_, [this](const std::string& asked) {
              EXPECT_EQ(asked, uri);
              ++fetches_;
              return published_;
            }};
  }
  void publish(long number, days from = days(0), days until = days(10)) {
    published_ = der_of(sign_list({.number = number, .from = from, .until = until}, ca_, start_));
  }
  /// Each time by a cache that knows nothing but the files.
  base::Result<CachedCrl> get() { return cache().get(uri, std::span(&ca_.leaf(), 1)); }
  static long number_of(const base::Result<CachedCrl>& got) {
    return got ? std::stol(got->list.facts().number->to_hex(), nullptr, 16) : -1;
  }

  const std::time_t start_ = 1'700'000'000;
  base::ManualClock clock_{base::WallTime(std::chrono::seconds(start_))};
  TemporaryDirectory directory_;
  const Identity ca_ = issue({.common_name = "CA", .ca = true});
  base::Result<base::Bytes> published_ = base::fail("crl.download-failed", "down");
  int fetches_ = 0;
};

TEST_F(Cache, FetchesAgainOnlyInTheLastTenthOfAListsLife) {
  publish(1);
  auto got = get();
  EXPECT_EQ(number_of(got), 1);
  EXPECT_TRUE(got->fetched);
  EXPECT_FALSE(got->problem);
  publish(2, days(8), days(20));
  clock_.advance(days(9) - base::Millis(1));
  got = get();
  EXPECT_EQ(number_of(got), 1);
  EXPECT_FALSE(got->fetched);
  EXPECT_EQ(fetches_, 1);
  clock_.advance(base::Millis(1));
  EXPECT_EQ(number_of(get()), 2);
  EXPECT_EQ(fetches_, 2);
}

TEST_F(Cache, FetchesAtOnceWhenAsked) {
  publish(1);
  EXPECT_EQ(number_of(get()), 1);
  publish(2);
  EXPECT_EQ(number_of(cache().renew(uri, std::span(&ca_.leaf(), 1))), 2);
}

TEST_F(Cache, KeepsItsListWhileThePointIsDownAndSaysSo) {
  publish(1);
  ASSERT_TRUE(get());
  published_ = base::fail("crl.download-failed", "down");
  clock_.advance(days(11));
  const auto got = get();
  EXPECT_EQ(number_of(got), 1);
  ASSERT_TRUE(got->problem);
  EXPECT_EQ(got->problem->code, "crl.download-failed");
  EXPECT_EQ(got->list.check_dates(clock_.now()).error().code, "crl.stale");
}

TEST_F(Cache, KeepsItsListWhenTheNewOneIsForgedOrOlder) {
  publish(5);
  ASSERT_TRUE(get());
  clock_.advance(days(9) + std::chrono::hours(12));
  const Identity namesake = issue({.common_name = "CA", .ca = true});
  published_ = der_of(sign_list({.number = 9}, namesake, start_));
  auto got = get();
  EXPECT_EQ(number_of(got), 5);
  EXPECT_EQ(got->problem->code, "crl.bad-signature");
  EXPECT_EQ(got->problem->field, uri);
  publish(4, days(9), days(20));
  got = get();
  EXPECT_EQ(number_of(got), 5);
  EXPECT_FALSE(got->fetched);
}

TEST_F(Cache, SaysThatThePointPublishesAStaleList) {
  publish(1, days(-9), days(-2));
  const auto got = get();
  EXPECT_EQ(number_of(got), 1);
  ASSERT_TRUE(got->problem);
  EXPECT_EQ(got->problem->code, "crl.stale");
}

TEST_F(Cache, HasNothingToGiveWhereNothingWasEverFetched) {
  EXPECT_EQ(get().error().code, "crl.download-failed");
  published_ = base::Bytes{1, 2, 3};
  EXPECT_EQ(get().error().code, "crl.unreadable");
}

TEST_F(Cache, FetchesAnewWhenItsFileWasChanged) {
  publish(1);
  ASSERT_TRUE(get());
  std::fstream(cache().file_of(uri), std::ios::in | std::ios::out | std::ios::binary).put('x');
  EXPECT_TRUE(get()->fetched);
  EXPECT_FALSE(get()->fetched);
  EXPECT_EQ(fetches_, 2);
}

TEST_F(Cache, GivesTheListThoughItCannotBeKept) {
  std::ofstream(directory_.path() / "crl") << "a file where the directory should be";
  publish(1);
  const auto got = get();
  EXPECT_EQ(number_of(got), 1);
  ASSERT_TRUE(got->problem);
  EXPECT_EQ(got->problem->code, "file.write-failed");
}

}  // namespace
}  // namespace cadenas::pki
