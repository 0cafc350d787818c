#include "pki/certificate_import.hpp"

#include <gtest/gtest.h>

#include "test_branch.hpp"
#include "test_pkcs12.hpp"

namespace cadenas::pki {
namespace {

/// CERT-2: from the file of another tool to an identity ready for service, or to nothing.
class CertificateImport : public ::testing::Test {
 protected:
  static BranchCertificate leaf() {
    return {.name = "192.0.2.1", .extended_key_usage = "serverAuth,clientAuth", .alternative_names = "IP:192.0.2.1"};
  }
  base::Bytes file_of(const TestBranch& branch) {
    auto others = branch.certificates();
    others.pop_back();
    return workshop_.export_by_openssl(branch.leaf(), others);
  }
  ImportOutcome import(const base::Bytes& file, std::string_view password = "secret") {
    return import_certificate(file, secret(password), system_, real_time());
  }
  static void expect_refused(const ImportOutcome& outcome, std::string_view code) {
    EXPECT_FALSE(outcome.identity);
    ASSERT_EQ(outcome.findings.size(), 1U);
    EXPECT_EQ(outcome.findings.front().severity, Severity::error);
    EXPECT_EQ(outcome.findings.front().error.code, code);
  }

  SystemFacts system_{.tel_address = "192.0.2.1"};
  Pkcs12Workshop workshop_;
};

TEST_F(CertificateImport, GivesAnIdentityWithItsIntermediatesInSendingOrder) {
  const TestBranch made = branch_of({authority("root"), authority("one"), authority("two"), leaf()});
  const auto all = made.certificates();
  const ImportOutcome outcome = import(file_of(made));
  ASSERT_TRUE(outcome.identity) << outcome.findings.front().error.message;
  EXPECT_TRUE(outcome.findings.empty());
  EXPECT_EQ(outcome.identity->leaf(), all[3]);
  EXPECT_EQ(outcome.identity->chain(), (std::vector<Certificate>{all[2], all[1]}));
  ASSERT_TRUE(outcome.identity->root());
  EXPECT_EQ(*outcome.identity->root(), all[0]);
  EXPECT_EQ(trust_for_phones(*outcome.identity), std::vector{all[0]});
}

TEST_F(CertificateImport, GivesAnIdentityWithWarnings) {
  const TestBranch made = branch_of({authority("root"), leaf()});
  const ImportOutcome outcome = import(workshop_.export_by_openssl(made.leaf(), {}, "-legacy"));
  EXPECT_TRUE(outcome.identity);
  EXPECT_FALSE(outcome.identity->root());
  ASSERT_EQ(outcome.findings.size(), 1U);
  EXPECT_EQ(outcome.findings.front().error.code, "cert.missing-root");
}

TEST_F(CertificateImport, IsNeverHalfDone) {
  const TestBranch good = branch_of({authority("root"), leaf()});
  const base::Bytes file = file_of(good);
  expect_refused(import(file, "wrong"), "pkcs12.wrong-password");
  expect_refused(import(base::Bytes{1, 2, 3}), "pkcs12.unreadable");
  BranchCertificate expired = leaf();
  expired.until = std::chrono::hours(-1);
  expect_refused(import(file_of(branch_of({authority("root"), expired}))), "cert.expired");
  expect_refused(import(file_of(branch_of({leaf()}))), "cert.self-signed");
  system_.encryption_unlocked = false;
  expect_refused(import(file), "licence.locked");
  const ImportOutcome both = import(file, "wrong");
  EXPECT_EQ(both.findings.size(), 2U);
}

TEST_F(CertificateImport, RefusesAFileWhoseKeyBelongsToNoCertificate) {
  const TestBranch made = branch_of({authority("root"), leaf()});
  workshop_.write_key("key.pem", PrivateKey::generate(KeyAlgorithm::ecdsa_p256).value());
  workshop_.write("leaf.pem", made.leaf().leaf().to_pem());
  workshop_.run(
      "certtool --to-p12 --load-privkey key.pem --load-certificate leaf.pem --p12-name pbx --password secret "
      "--outder --outfile other.p12");
  expect_refused(import(workshop_.read("other.p12")), "chain.no-leaf");
}

}  // namespace
}  // namespace cadenas::pki
