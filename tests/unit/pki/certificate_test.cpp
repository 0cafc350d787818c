#include "pki/certificate.hpp"

#include <gtest/gtest.h>

#include "test_ca.hpp"

namespace cadenas::pki {
namespace {

using std::chrono::days;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(Certificate, ReadsWhatACaAndItsLeafSay) {
  const Identity ca = issue({.common_name = "Site CA", .ca = true});
  const Identity leaf =
      issue({.common_name = "192.0.2.1", .alternative_names = "IP:192.0.2.1,IP:2001:db8::1,DNS:pbx.example"}, &ca);

  EXPECT_TRUE(ca.leaf().facts().self_signed);
  EXPECT_TRUE(ca.leaf().facts().basic_constraints.ca);
  EXPECT_TRUE(ca.leaf().facts().key_usage.key_cert_sign);

  const CertificateFacts& facts = leaf.leaf().facts();
  EXPECT_EQ(facts.subject, "CN=192.0.2.1");
  EXPECT_EQ(facts.issuer, "CN=Site CA");
  EXPECT_EQ(facts.common_name, "192.0.2.1");
  EXPECT_EQ(facts.ip_addresses, (std::vector<std::string>{"192.0.2.1", "2001:db8::1"}));
  EXPECT_EQ(facts.dns_names, std::vector<std::string>{"pbx.example"});
  EXPECT_FALSE(facts.self_signed);
  EXPECT_TRUE(facts.basic_constraints.present);
  EXPECT_FALSE(facts.basic_constraints.ca);
  EXPECT_FALSE(facts.key_usage.present);
  EXPECT_FALSE(facts.extended_key_usage.present);
  EXPECT_EQ(facts.public_key.kind, KeyKind::ec);
  EXPECT_EQ(facts.public_key.bits, 256);
  EXPECT_EQ(facts.signature_hash, "SHA256");
  EXPECT_EQ(facts.fingerprint_sha256.size(), 64U);
  EXPECT_EQ(facts.fingerprint_sha1.size(), 40U);
}

TEST(Certificate, ComesBackTheSameFromPemAndDer) {
  const Identity ca = issue({.common_name = "CA", .ca = true});
  const Identity leaf = issue({.common_name = "leaf"}, &ca);
  const auto chain = Certificate::chain_from_pem(to_pem({leaf.leaf(), ca.leaf()}));
  ASSERT_TRUE(chain);
  ASSERT_EQ(chain->size(), 2U);
  EXPECT_EQ(chain->front(), leaf.leaf());
  EXPECT_EQ(chain->back(), ca.leaf());
  EXPECT_EQ(Certificate::from_der(leaf.leaf().to_der()).value(), leaf.leaf());
}

// CERT-8: expiring is the last 14 days; RFC 5280 §4.1.2.5: notAfter is the last valid second.
TEST(Certificate, StateFollowsTheCalendarToTheMillisecond) {
  const Certificate certificate = issue({.common_name = "x"}).leaf();
  const base::WallTime begin = certificate.facts().not_before;
  const base::WallTime end = certificate.facts().not_after + seconds(1);
  EXPECT_EQ(certificate.state(begin - milliseconds(1)), CertificateState::not_yet_valid);
  EXPECT_EQ(certificate.state(begin), CertificateState::valid);
  EXPECT_EQ(certificate.state(end - days(14) - milliseconds(1)), CertificateState::valid);
  EXPECT_EQ(certificate.state(end - days(14)), CertificateState::expiring);
  EXPECT_EQ(certificate.state(end - milliseconds(1)), CertificateState::expiring);
  EXPECT_EQ(certificate.state(end), CertificateState::expired);
}

TEST(Certificate, RefusesWhatIsNoCertificate) {
  const Certificate good = issue({.common_name = "x"}).leaf();
  base::Bytes trailing = good.to_der();
  trailing.push_back(0);
  std::string broken = good.to_pem();
  broken[broken.size() / 2] = '*';
  for (const auto& result :
       {Certificate::from_pem(""), Certificate::from_pem("hello"), Certificate::from_pem(broken),
        Certificate::from_pem(good.to_pem() + broken), Certificate::from_der({}), Certificate::from_der(trailing)}) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, "cert.unreadable");
  }
}

TEST(Certificate, NamesAnAddressBySanOrByCommonName) {
  const Certificate by_san = issue({.common_name = "pbx", .alternative_names = "IP:2001:db8::1"}).leaf();
  EXPECT_TRUE(by_san.names_address("2001:DB8:0::1"));
  EXPECT_FALSE(by_san.names_address("2001:db8::2"));
  EXPECT_FALSE(by_san.names_address("pbx"));
  EXPECT_TRUE(issue({.common_name = "192.0.2.7"}).leaf().names_address("192.0.2.7"));
}

TEST(PrivateKey, IsNotReadFromGarbageNorAskedForOnTheTerminal) {
  // An encrypted key: without an own callback OpenSSL would wait for its password.
  const std::string encrypted =
      "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAoGCCqGSIb3DQEH\n-----END ENCRYPTED PRIVATE KEY-----\n";
  for (const std::string& text : {std::string(), std::string("garbage"), encrypted}) {
    const auto key = PrivateKey::from_pem(base::as_bytes(text));
    ASSERT_FALSE(key);
    EXPECT_EQ(key.error().code, "key.unreadable");
  }
}

TEST(Identity, RefusesTheKeyOfAnother) {
  const Identity one = issue({.common_name = "one"});
  auto refused = Identity::make(PrivateKey::generate(KeyAlgorithm::rsa_2048).value(), one.leaf());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "identity.key-mismatch");
}

}  // namespace
}  // namespace cadenas::pki
