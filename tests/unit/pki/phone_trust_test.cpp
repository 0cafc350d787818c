#include "pki/phone_trust.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "temporary_directory.hpp"
#include "test_ca.hpp"
#include "test_crl.hpp"

namespace cadenas::pki {
namespace {

class PhoneTrustTest : public testing::Test {
 protected:
  std::unique_ptr<PhoneTrust> closed() { return std::make_unique<PhoneTrust>(directory_.path() / "trust", clock_); }
  std::unique_ptr<PhoneTrust> opened() {
    auto out = closed();
    EXPECT_TRUE(out->open());
    return out;
  }
  static ChainKeys chain_of(const Identity& leaf, const Identity& issuer) {
    ChainKeys keys;
    keys.certificates.push_back(
        {IssuerId::of(issuer.leaf().handle()), SerialNumber::of(X509_get0_serialNumber(leaf.leaf().handle()))});
    keys.rooted = false;
    keys.anchor = CertificateId::of(issuer.leaf().handle());
    return keys;
  }
  static bool revoked(const PhoneTrust& trust, const ChainKeys& chain) {
    return trust.revocation()->load()->find_revoked(chain).first != nullptr;
  }

  const base::WallTime now_ = base::SystemClock().now();
  base::ManualClock clock_{now_};
  TemporaryDirectory directory_;
  const Identity ca_ = issue({.common_name = "phones", .ca = true});
  const Identity other_ = issue({.common_name = "other", .ca = true});
  const Identity phone_ = issue({.common_name = "2001"}, &ca_);
};

// MODE-3: the CA file outlives a restart.
TEST_F(PhoneTrustTest, TrustsNobodyUntilACaIsLoadedAndRemembersItThen) {
  EXPECT_TRUE(opened()->certificates().empty());
  const auto findings = opened()->replace_authorities(to_pem({ca_.leaf(), other_.leaf(), ca_.leaf()}));
  ASSERT_TRUE(findings);
  EXPECT_TRUE(findings->empty());
  const auto again = opened();
  ASSERT_EQ(again->certificates().size(), 2U);
  EXPECT_EQ(again->certificates().front(), ca_.leaf());
  EXPECT_EQ(again->authorities()->at(0).problem->code, "crl.missing");
}

TEST_F(PhoneTrustTest, KeepsTheCasItHasWhereTheNewFileIsNoneOfCas) {
  const auto kept = opened();
  ASSERT_TRUE(kept->replace_authorities(ca_.leaf().to_pem()));
  EXPECT_EQ(kept->replace_authorities("nothing").error().code, "phone-ca.unreadable");
  const auto refused = kept->replace_authorities(to_pem({other_.leaf(), phone_.leaf()}));
  EXPECT_EQ(refused.error().code, "phone-ca.not-a-ca");
  EXPECT_EQ(refused.error().field, "CN=2001");
  EXPECT_EQ(kept->certificates(), std::vector{ca_.leaf()});
  EXPECT_EQ(opened()->certificates(), std::vector{ca_.leaf()});
}

TEST_F(PhoneTrustTest, SaysOfAnExpiredCaThatNothingUnderItIsAccepted) {
  const Identity old =
      issue({.common_name = "old", .ca = true, .from = std::chrono::days(-9), .until = std::chrono::days(-1)});
  const auto findings = opened()->replace_authorities(old.leaf().to_pem());
  ASSERT_TRUE(findings);
  ASSERT_EQ(findings->size(), 1U);
  EXPECT_EQ(findings->front().error.code, "phone-ca.expired");
}

TEST_F(PhoneTrustTest, RefusesToStartFromADamagedFileAndTrustsNobodyThen) {
  ASSERT_TRUE(opened()->replace_authorities(ca_.leaf().to_pem()));
  std::ofstream(directory_.path() / "trust" / "phone-ca.pem") << "damaged";
  const auto damaged = closed();
  EXPECT_EQ(damaged->open().error().code, "phone-ca.unreadable");
  EXPECT_TRUE(damaged->certificates().empty());
}

// CERT-7
TEST_F(PhoneTrustTest, LooksPhonesUpInAListFromFileAlsoAfterARestart) {
  const auto kept = opened();
  ASSERT_TRUE(kept->replace_authorities(ca_.leaf().to_pem()));
  EXPECT_FALSE(revoked(*kept, chain_of(phone_, ca_)));
  ASSERT_TRUE(kept->add_lists(der_of(sign_list({.entries = {entry_of(phone_)}, .number = 2}, ca_))));
  EXPECT_TRUE(revoked(*kept, chain_of(phone_, ca_)));
  EXPECT_EQ(kept->authorities()->at(0).list->entries, 1U);
  EXPECT_EQ(kept->authorities()->at(0).list_source, "file");
  EXPECT_TRUE(revoked(*opened(), chain_of(phone_, ca_)));
}

TEST_F(PhoneTrustTest, TakesNoListThatIsOlderOrOfACaItDoesNotKnow) {
  const auto kept = opened();
  ASSERT_TRUE(kept->replace_authorities(ca_.leaf().to_pem()));
  ASSERT_TRUE(kept->add_lists(der_of(sign_list({.entries = {entry_of(phone_)}, .number = 2}, ca_))));
  EXPECT_EQ(kept->add_lists(der_of(sign_list({.number = 1}, ca_))).error().code, "crl.superseded");
  EXPECT_EQ(kept->add_lists(der_of(sign_list({.number = 9}, other_))).error().code, "crl.unknown-issuer");
  EXPECT_TRUE(revoked(*kept, chain_of(phone_, ca_)));
  EXPECT_TRUE(revoked(*opened(), chain_of(phone_, ca_)));
}

TEST_F(PhoneTrustTest, UsesTheNewerOfFileAndDistributionPoint) {
  const auto kept = opened();
  ASSERT_TRUE(kept->replace_authorities(ca_.leaf().to_pem()));
  ASSERT_TRUE(kept->add_lists(der_of(sign_list({.number = 2}, ca_))));
  const auto newer = UnverifiedCrl::parse(der_of(sign_list({.entries = {entry_of(phone_)}, .number = 3}, ca_)));
  std::vector<FetchedCrl> fetched;
  fetched.push_back(
      {"http://ca.example/a.crl", CachedCrl{newer->front().verify(kept->certificates()).value(), true, {}}});
  kept->take_fetched(std::move(fetched));
  EXPECT_TRUE(revoked(*kept, chain_of(phone_, ca_)));
  EXPECT_EQ(kept->authorities()->at(0).list_source, "http://ca.example/a.crl");
}

TEST_F(PhoneTrustTest, SaysWhyThereIsNoListOrNoCurrentOne) {
  const auto kept = opened();
  ASSERT_TRUE(kept->replace_authorities(ca_.leaf().to_pem()));
  std::vector<FetchedCrl> fetched;
  fetched.push_back({"http://ca.example/a.crl", base::fail("crl.download-failed", "down")});
  kept->take_fetched(std::move(fetched));
  EXPECT_EQ(kept->authorities()->at(0).problem->code, "crl.download-failed");
  ASSERT_TRUE(kept->add_lists(der_of(sign_list({.number = 2, .until = std::chrono::days(1)}, ca_))));
  EXPECT_FALSE(kept->authorities()->at(0).problem);
  clock_.advance(std::chrono::days(2));
  kept->look_at_dates();
  EXPECT_EQ(kept->authorities()->at(0).problem->code, "crl.stale");
}

}  // namespace
}  // namespace cadenas::pki
