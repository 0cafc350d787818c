#include "pki/ocsp_cache.hpp"

#include <fstream>

#include <gtest/gtest.h>

#include "temporary_directory.hpp"
#include "test_ca.hpp"
#include "test_ocsp.hpp"

namespace cadenas::pki {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

/// A responder of the test's own making.
class OcspAnswers : public testing::Test {
 protected:
  OcspCache cache() {
    return {directory_.path() / "ocsp.der", clock_, [this](const std::string& uri, const base::Bytes& request) {
              EXPECT_EQ(uri, "http://ocsp.example/");
              EXPECT_FALSE(request.empty());
              ++asked_;
              return said_;
            }};
  }
  /// Each time by a cache that knows nothing but the file.
  OcspState get() { return cache().get(identity_); }
  void say(const TestAnswer& wanted, const Identity* signer = nullptr) {
    said_ = answer_by_ocsp(signer != nullptr ? *signer : ca_, identity_.leaf(), ca_.leaf(),
                           std::chrono::system_clock::to_time_t(clock_.now()), wanted);
  }
  static Identity under(const Identity& ca) {
    Identity made = issue({.common_name = "192.0.2.1", .authority_access = "OCSP;URI:http://ocsp.example/"}, &ca);
    return Identity::make(PrivateKey::from_pem(made.key().to_pem()->view()).value(), made.leaf(), {}, ca.leaf())
        .value();
  }

  base::ManualClock clock_{std::chrono::floor<std::chrono::seconds>(base::SystemClock().now())};
  TemporaryDirectory directory_;
  const Identity ca_ = issue({.common_name = "CA", .ca = true});
  const Identity identity_ = under(ca_);
  base::Result<base::Bytes> said_ = base::fail("ocsp.download-failed", "down");
  int asked_ = 0;
};

TEST_F(OcspAnswers, AreAskedForAnewAtHalfOfTheirLife) {
  say({.from = minutes(0)});
  ASSERT_TRUE(get().answer);
  clock_.advance(minutes(29));
  EXPECT_TRUE(get().answer);
  EXPECT_EQ(asked_, 1);
  clock_.advance(minutes(1));
  say({.from = minutes(0)});
  EXPECT_EQ(get().answer->until, clock_.now() + hours(1));
  EXPECT_EQ(asked_, 2);
}

TEST_F(OcspAnswers, StayWhileTheResponderIsDownButNotBeyondTheirEnd) {
  say({.from = minutes(0)});
  ASSERT_TRUE(get().answer);
  said_ = base::fail("ocsp.download-failed", "down");
  clock_.advance(minutes(59));
  OcspState state = get();
  EXPECT_TRUE(state.answer);
  EXPECT_EQ(state.problem->code, "ocsp.download-failed");
  EXPECT_EQ(state.problem->field, "http://ocsp.example/");
  clock_.advance(minutes(1));
  state = get();
  EXPECT_FALSE(state.answer);
  EXPECT_TRUE(state.problem);
}

TEST_F(OcspAnswers, AreNotReplacedByForgedOrOlderOnes) {
  say({.from = minutes(0)});
  const auto first = get().answer;
  clock_.advance(minutes(40));
  const Identity namesake = issue({.common_name = "CA", .ca = true});
  say({.from = minutes(0)}, &namesake);
  OcspState state = get();
  EXPECT_EQ(state.answer->octets, first->octets);
  EXPECT_EQ(state.problem->code, "ocsp.bad-signature");
  say({.from = minutes(-60), .until = minutes(120)});
  state = get();
  EXPECT_EQ(state.answer->octets, first->octets);
  EXPECT_FALSE(state.problem);
}

TEST_F(OcspAnswers, AreKnownAfterARestartWithoutTheNetwork) {
  say({.from = minutes(0)});
  ASSERT_TRUE(get().answer);
  EXPECT_TRUE(cache().kept(identity_).answer);
  EXPECT_FALSE(cache().kept(under(ca_)).answer) << "the answer about the certificate before";
  std::fstream(directory_.path() / "ocsp.der", std::ios::in | std::ios::out | std::ios::binary).put('x');
  EXPECT_FALSE(cache().kept(identity_).answer);
  EXPECT_EQ(asked_, 1);
}

TEST_F(OcspAnswers, ThatSayRevokedAreKeptToo) {
  say({.status = V_OCSP_CERTSTATUS_REVOKED, .from = minutes(0)});
  EXPECT_EQ(get().answer->status, OcspStatus::revoked);
  EXPECT_EQ(cache().kept(identity_).answer->status, OcspStatus::revoked);
}

TEST_F(OcspAnswers, AreNotAskedForWhereNobodyIsToAsk) {
  EXPECT_TRUE(cache().get(issue({.common_name = "no responder named"}, &ca_)).responder.empty());
  const Identity no_issuer = issue({.common_name = "x", .authority_access = "OCSP;URI:http://ocsp.example/"}, &ca_);
  EXPECT_TRUE(cache().get(no_issuer).responder.empty()) << "without the issuer nothing can be verified";
  EXPECT_EQ(asked_, 0);
}

}  // namespace
}  // namespace cadenas::pki
