#include "pki/self_signed.hpp"

#include <cstdio>
#include <fstream>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "temporary_directory.hpp"

namespace cadenas::pki {
namespace {

using std::chrono::days;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::Not;

const SelfSignedNames names{.tel_address = "192.0.2.10",
                            .other_addresses = {"198.51.100.10", "2001:DB8:0::10"},
                            .host_names = {"pbx.example", "admin.pbx.example"}};

base::WallTime today() {
  return base::SystemClock().now();
}

/// What the openssl command, a reader that shares no code with this room, says about a certificate.
std::string openssl(const std::string& arguments, const Certificate& certificate) {
  const TemporaryDirectory directory;
  const std::string file = (directory.path() / "cert.pem").string();
  std::ofstream(file) << certificate.to_pem();
  std::string command = "openssl " + arguments + " 2>&1";
  for (std::size_t at = 0; (at = command.find("FILE", at)) != std::string::npos;) command.replace(at, 4, file);
  std::string output;
  FILE* pipe = ::popen(command.c_str(), "r");
  char buffer[4096];
  while (pipe != nullptr && std::fgets(buffer, sizeof buffer, pipe) != nullptr) output += buffer;
  if (pipe != nullptr) ::pclose(pipe);
  return output;
}

// CERT-1, CERT-3, DOMAIN §7.2.
TEST(SelfSigned, SaysWhatTheManualAsksFor) {
  const base::WallTime now = today();
  const auto identity = make_self_signed(names, now);
  ASSERT_TRUE(identity) << identity.error().message;
  const CertificateFacts& facts = identity->leaf().facts();
  EXPECT_EQ(facts.common_name, "192.0.2.10");
  EXPECT_EQ(facts.ip_addresses, (std::vector<std::string>{"192.0.2.10", "198.51.100.10", "2001:db8::10"}));
  EXPECT_EQ(facts.dns_names, (std::vector<std::string>{"192.0.2.10", "198.51.100.10", "2001:db8::10", "pbx.example",
                                                       "admin.pbx.example"}));
  EXPECT_TRUE(facts.self_signed);
  EXPECT_TRUE(facts.extended_key_usage.server_auth);
  EXPECT_TRUE(facts.extended_key_usage.client_auth);
  EXPECT_FALSE(facts.basic_constraints.ca);
  EXPECT_TRUE(facts.key_usage.digital_signature);
  EXPECT_TRUE(facts.key_usage.key_encipherment);
  EXPECT_FALSE(facts.key_usage.key_cert_sign);
  EXPECT_EQ(facts.public_key.kind, KeyKind::rsa);
  EXPECT_EQ(facts.public_key.bits, 2048);
  EXPECT_EQ(facts.signature_hash, "SHA256");
  EXPECT_EQ(facts.not_before, std::chrono::floor<seconds>(now) - days(1));
  EXPECT_EQ(facts.not_after, std::chrono::floor<seconds>(now) + days(365));
  EXPECT_TRUE(says_exactly(identity->leaf(), names));
}

// CERT-3, read by the openssl command.
TEST(SelfSigned, ReadsTheSameToTheOpensslCommand) {
  const Certificate leaf = make_self_signed(names, today()).value().leaf();
  const std::string text = openssl("x509 -in FILE -noout -text", leaf);
  EXPECT_THAT(text, HasSubstr("Version: 3 (0x2)"));
  EXPECT_THAT(text, HasSubstr("Issuer: CN = 192.0.2.10"));
  EXPECT_THAT(text, HasSubstr("Subject: CN = 192.0.2.10"));
  EXPECT_THAT(text, HasSubstr("Signature Algorithm: sha256WithRSAEncryption"));
  EXPECT_THAT(text, HasSubstr("Public-Key: (2048 bit)"));
  EXPECT_THAT(text, HasSubstr("IP Address:192.0.2.10, IP Address:198.51.100.10, IP Address:2001:DB8:0:0:0:0:0:10, "
                              "DNS:192.0.2.10, DNS:198.51.100.10, DNS:2001:db8::10, DNS:pbx.example, "
                              "DNS:admin.pbx.example"));
  EXPECT_THAT(text, HasSubstr("TLS Web Server Authentication, TLS Web Client Authentication"));
  EXPECT_THAT(text, HasSubstr("X509v3 Basic Constraints: critical\n                CA:FALSE"));
  EXPECT_THAT(text, HasSubstr("Digital Signature, Key Encipherment"));
  EXPECT_THAT(openssl("x509 -in FILE -noout -fingerprint -sha256 | tr -d : | tr A-F a-f", leaf),
              HasSubstr(leaf.facts().fingerprint_sha256));
  EXPECT_THAT(openssl("x509 -in FILE -noout -serial | tr A-F a-f", leaf), HasSubstr(leaf.facts().serial));
}

TEST(SelfSigned, VerifiesUnderItselfForEveryNameAndBothPurposes) {
  const Certificate leaf = make_self_signed(names, today()).value().leaf();
  for (const std::string check :
       {"-purpose sslserver -verify_ip 192.0.2.10", "-purpose sslclient", "-purpose sslserver -verify_ip 2001:db8::10",
        "-purpose sslserver -verify_hostname pbx.example", "-purpose sslserver -verify_hostname 198.51.100.10"}) {
    EXPECT_THAT(openssl("verify -x509_strict -CAfile FILE " + check + " FILE", leaf), HasSubstr("OK")) << check;
  }
  EXPECT_THAT(openssl("verify -CAfile FILE -verify_hostname other.example FILE", leaf), HasSubstr("hostname mismatch"));
}

TEST(SelfSigned, IsEcdsaWhenAsked) {
  const Identity identity = make_self_signed(names, today(), {.key = KeyAlgorithm::ecdsa_p256}).value();
  EXPECT_EQ(identity.leaf().facts().public_key.kind, KeyKind::ec);
  EXPECT_FALSE(identity.leaf().facts().key_usage.key_encipherment);
  EXPECT_THAT(openssl("x509 -in FILE -noout -text", identity.leaf()), HasSubstr("ecdsa-with-SHA256"));
}

// CERT-1: SHA-1 is for old phones, by choice alone.
TEST(SelfSigned, UsesSha1OnlyBehindTheSwitch) {
  const auto of = [](const SelfSignedOptions& options) {
    return make_self_signed(names, today(), options).value().leaf();
  };
  EXPECT_EQ(of({}).facts().signature_hash, "SHA256");
  const Certificate old = of({.hash = SignatureHash::sha1});
  EXPECT_EQ(old.facts().signature_hash, "SHA1");
  EXPECT_THAT(openssl("x509 -in FILE -noout -text", old), HasSubstr("sha1WithRSAEncryption"));
}

TEST(SelfSigned, HasANewSerialOfUpTo128BitsEachTime) {
  std::set<std::string> serials;
  std::size_t longest = 0;
  for (int i = 0; i < 20; ++i) {
    const Identity identity = make_self_signed(names, today(), {.key = KeyAlgorithm::ecdsa_p256}).value();
    longest = std::max(longest, identity.leaf().facts().serial.size());
    serials.insert(identity.leaf().facts().serial);
  }
  EXPECT_EQ(serials.size(), 20U);
  EXPECT_EQ(longest, 32U);
}

// CERT-12: a named outcome.
TEST(SelfSigned, NamesWhatCannotGoIntoACertificate) {
  for (const auto& [bad, field] : std::vector<std::pair<SelfSignedNames, std::string>>{
           {{.tel_address = ""}, ""},
           {{.tel_address = "pbx.example"}, "pbx.example"},
           {{.tel_address = "192.0.2.1", .other_addresses = {"192.0.2.256"}}, "192.0.2.256"},
           {{.tel_address = "192.0.2.1", .host_names = {"a,IP:0.0.0.0"}}, "a,IP:0.0.0.0"},
           {{.tel_address = "192.0.2.1", .host_names = {"a..b"}}, "a..b"},
           {{.tel_address = "192.0.2.1", .host_names = {"-a"}}, "-a"},
           {{.tel_address = "192.0.2.1", .host_names = {std::string(254, 'a')}}, std::string(254, 'a')}}) {
    const auto result = make_self_signed(bad, today());
    ASSERT_FALSE(result) << field;
    EXPECT_EQ(result.error().code, "cert.self-signed-failed");
    EXPECT_EQ(result.error().field, field);
  }
}

TEST(SelfSigned, SaysExactlyNoticesANameMoreOrLess) {
  const Certificate leaf = make_self_signed(names, today(), {.key = KeyAlgorithm::ecdsa_p256}).value().leaf();
  SelfSignedNames reordered = names;
  std::swap(reordered.host_names[0], reordered.host_names[1]);
  EXPECT_TRUE(says_exactly(leaf, reordered));
  SelfSignedNames fewer = names;
  fewer.host_names.pop_back();
  EXPECT_FALSE(says_exactly(leaf, fewer));
  SelfSignedNames more = names;
  more.other_addresses.emplace_back("203.0.113.1");
  EXPECT_FALSE(says_exactly(leaf, more));
  SelfSignedNames moved = names;
  std::swap(moved.tel_address, moved.other_addresses[0]);
  EXPECT_FALSE(says_exactly(leaf, moved));
}

}  // namespace
}  // namespace cadenas::pki
