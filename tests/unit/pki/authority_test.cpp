#include "pki/authority.hpp"

#include <optional>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "pki/certificate_request.hpp"
#include "pki/chain.hpp"
#include "pki/content_rules.hpp"
#include "pki/pkcs12.hpp"
#include "pki/pkcs12_writer.hpp"
#include "test_branch.hpp"
#include "test_pkcs12.hpp"

namespace cadenas::pki {
namespace {

namespace fs = std::filesystem;
using std::chrono::days;
using Purpose = Authority::Purpose;

/// A CA in a directory of its own.
class PrivateAuthority : public ::testing::Test {
 protected:
  Authority make(const AuthoritySettings& settings = {.name = "Phones of Example"}) {
    return Authority::make(place(), settings, KeyAlgorithm::ecdsa_p256, clock_).value();
  }
  fs::path place() const { return workshop_.path() / "ca"; }
  PrivateKey new_key() const { return PrivateKey::generate(KeyAlgorithm::ecdsa_p256).value(); }
  Certificate phone(Authority& authority, const std::string& number) {
    return authority.issue_for_phone(authority.key().value(), {.number = number}, new_key().handle()).value();
  }

  Pkcs12Workshop workshop_;
  base::ManualClock clock_{real_time()};
};

const SystemNames pbx{"192.0.2.1", {"198.51.100.1", "2001:db8::1"}, {"pbx.example", "admin.pbx.example"}};

SystemFacts facts_of(const SystemNames& names) {
  return {.tel_address = names.tel_address,
          .tel_host_name = names.host_names.empty() ? "" : names.host_names.front(),
          .other_addresses = names.other_addresses,
          .other_host_names = names.host_names,
          .reached = names.host_names.empty() ? Reach::by_address : Reach::both,
          .phones_5300 = true,
          .multisite = true};
}

TEST_F(PrivateAuthority, IsARootThatSignsCertificatesAndListsAndNoCaBelowIt) {
  const Authority made = make();
  const CertificateFacts& facts = made.certificate().facts();
  EXPECT_TRUE(facts.self_signed);
  EXPECT_EQ(facts.subject, "CN=Phones of Example");
  EXPECT_TRUE(facts.basic_constraints.ca);
  EXPECT_EQ(facts.basic_constraints.path_length, 0);
  EXPECT_TRUE(facts.key_usage.key_cert_sign && facts.key_usage.crl_sign && !facts.key_usage.digital_signature);
  EXPECT_EQ(std::chrono::round<days>(facts.not_after - clock_.now()), days(3650));
  EXPECT_EQ(fs::status(place()).permissions(), fs::perms::owner_all);
  EXPECT_EQ(fs::status(place() / "ca.key").permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

// CERT-3, CERT-5: with the strictest system there is, every rule is content.
TEST_F(PrivateAuthority, IssuesForAnIpbxWhatEveryRuleIsContentWith) {
  Authority made = make({.name = "Phones of Example", .crl_uri = "http://ca.example/phones.crl"});
  PrivateKey key = PrivateKey::generate(KeyAlgorithm::rsa_2048).value();
  const auto leaf = made.issue_for_system(made.key().value(), pbx, key.handle());
  ASSERT_TRUE(leaf) << leaf.error().message;
  EXPECT_EQ(leaf->facts().common_name, "192.0.2.1");
  EXPECT_TRUE(leaf->facts().key_usage.key_encipherment);
  const auto chain = build_chain(key, {*leaf, made.certificate()}, clock_.now()).value();
  for (const Finding& finding : check_content(chain, facts_of(pbx), clock_.now()))
    ADD_FAILURE() << finding.error.message;

  workshop_.write("ca.pem", made.certificate().to_pem());
  workshop_.write("leaf.pem", leaf->to_pem());
  workshop_.write("chain.pem", leaf->to_pem() + made.certificate().to_pem());
  for (const char* purpose : {"sslserver", "sslclient"}) {
    workshop_.run(
        "openssl verify -x509_strict -auth_level 2 -verify_ip 192.0.2.1 -verify_hostname pbx.example -purpose " +
        std::string(purpose) + " -CAfile ca.pem leaf.pem");
  }
  workshop_.run("certtool --verify-chain --verify-profile medium --infile chain.pem");
  workshop_.run("openssl x509 -noout -ext crlDistributionPoints -in leaf.pem");
  EXPECT_NE(base::as_text(workshop_.read("out.txt")).find("URI:http://ca.example/phones.crl"), std::string_view::npos);
}

TEST_F(PrivateAuthority, PutsKeyAndChainIntoAPkcs12FileThatOpensslAndTheImportRead) {
  Authority made = make();
  PrivateKey key = new_key();
  const Certificate leaf = made.issue_for_system(made.key().value(), pbx, key.handle()).value();
  const Identity identity = Identity::make(std::move(key), leaf).value();
  const base::Bytes file = write_pkcs12(identity, {made.certificate()}, secret("pässword")).value();
  const auto read = read_pkcs12(file, secret("pässword"));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->certificates.size(), 2U);
  EXPECT_EQ(EVP_PKEY_eq(read->key.handle(), identity.key().handle()), 1);
  EXPECT_EQ(read_pkcs12(file, secret("another")).error().code, "pkcs12.wrong-password");
  EXPECT_EQ(write_pkcs12(identity, {}, secret("")).error().code, "pkcs12.no-password");

  workshop_.write("made.p12", base::as_text(file));
  workshop_.write("password", "pässword\n");
  workshop_.run("openssl pkcs12 -in made.p12 -info -noout -passin file:password");
  const std::string said(base::as_text(workshop_.read("out.txt")));
  EXPECT_NE(said.find("MAC: sha256, Iteration 100000"), std::string::npos) << said;
  EXPECT_NE(said.find("PBES2, PBKDF2, AES-256-CBC, Iteration 100000, PRF hmacWithSHA256"), std::string::npos) << said;
  workshop_.run("certtool --p12-info --inder --infile made.p12 --password 'pässword'");
}

// TMA-10: one certificate a phone, good for a client and nothing else.
TEST_F(PrivateAuthority, IssuesForAPhoneWhatIsGoodForAClientOnly) {
  Authority made = make();
  const auto leaf =
      made.issue_for_phone(made.key().value(), {.number = "101", .mac = "08:00:0f:12:ab:cd"}, new_key().handle());
  ASSERT_TRUE(leaf) << leaf.error().message;
  EXPECT_EQ(leaf->facts().subject, "serialNumber=08000F12ABCD,CN=101");
  EXPECT_EQ(leaf->facts().common_name, "101");
  EXPECT_TRUE(leaf->facts().dns_names.empty());
  workshop_.write("ca.pem", made.certificate().to_pem());
  workshop_.write("leaf.pem", leaf->to_pem());
  EXPECT_TRUE(workshop_.succeeds("openssl verify -x509_strict -purpose sslclient -CAfile ca.pem leaf.pem"));
  EXPECT_FALSE(workshop_.succeeds("openssl verify -purpose sslserver -CAfile ca.pem leaf.pem"));
}

TEST_F(PrivateAuthority, NamesWhatItCannotIssue) {
  Authority made = make({.name = "101", .lifetime = days(100)});
  const PrivateKey signer = made.key().value();
  const PrivateKey key = new_key();
  const auto refusal = [&](const PhoneName& name, days lifetime = days(10)) {
    const auto issued = made.issue_for_phone(signer, name, key.handle(), lifetime);
    return issued ? std::string() : issued.error().code;
  };
  EXPECT_EQ(refusal({.number = ""}), "ca.names-invalid");
  EXPECT_EQ(refusal({.number = "../etc"}), "ca.names-invalid");
  EXPECT_EQ(refusal({.number = "1\t2"}), "ca.names-invalid");
  EXPECT_EQ(refusal({.number = "102", .mac = "08:00"}), "ca.names-invalid");
  EXPECT_EQ(refusal({.number = "101"}), "ca.name-taken");
  EXPECT_EQ(refusal({.number = "102"}, days(0)), "ca.lifetime-invalid");
  EXPECT_EQ(made.issue_for_system(signer, {"pbx.example"}, key.handle()).error().code, "ca.names-invalid");
  EXPECT_TRUE(made.ledger().entries().empty());

  const auto long_lived = made.issue_for_phone(signer, {.number = "102"}, key.handle(), days(1000)).value();
  EXPECT_EQ(long_lived.facts().not_after, made.certificate().facts().not_after);
  clock_.advance(days(101));
  EXPECT_EQ(refusal({.number = "102"}), "ca.expired");
}

TEST_F(PrivateAuthority, NamesWhatItCannotBeMadeWith) {
  const auto refusal = [&](const AuthoritySettings& settings) {
    return Authority::make(place(), settings, KeyAlgorithm::ecdsa_p256, clock_).error().code;
  };
  EXPECT_EQ(refusal({.name = ""}), "ca.name-invalid");
  EXPECT_EQ(refusal({.name = "a\nb"}), "ca.name-invalid");
  EXPECT_EQ(refusal({.name = std::string(65, 'x')}), "cert.signing-failed");
  EXPECT_EQ(refusal({.name = "a", .lifetime = days(0)}), "ca.lifetime-invalid");
  EXPECT_EQ(refusal({.name = "a", .crl_uri = "https://ca.example"}), "ca.uri-invalid");
  EXPECT_EQ(refusal({.name = "a", .crl_uri = "http://ca.example/a,DNS:b"}), "ca.uri-invalid");
  EXPECT_EQ(Authority::open(place(), Purpose::look, clock_).error().code, "ca.missing");
  make();
  EXPECT_EQ(refusal({.name = "a"}), "ca.exists");
}

TEST_F(PrivateAuthority, RemembersOverARestart) {
  std::string serial;
  {
    Authority made = make();
    serial = phone(made, "101").facts().serial;
    phone(made, "102");
    ASSERT_TRUE(made.revoke(serial, RevocationReason::key_compromise));
    EXPECT_EQ(made.revoke(serial, RevocationReason::superseded).error().code, "ca.already-revoked");
    EXPECT_EQ(made.revoke("00ff", RevocationReason::superseded).error().code, "ca.unknown-certificate");
  }
  const Authority opened = Authority::open(place(), Purpose::change, clock_).value();
  ASSERT_EQ(opened.ledger().entries().size(), 2U);
  EXPECT_EQ(opened.ledger().find(serial)->reason, RevocationReason::key_compromise);
  EXPECT_TRUE(opened.standing("101").empty());
  EXPECT_EQ(opened.standing("102").size(), 1U);
  clock_.advance(phone_certificate_lifetime + days(1));
  EXPECT_TRUE(opened.standing("102").empty());
}

TEST_F(PrivateAuthority, IsChangedByOneAtATimeAndLookedAtByAll) {
  const Authority made = make();
  EXPECT_EQ(Authority::open(place(), Purpose::change, clock_).error().code, "ca.busy");
  EXPECT_TRUE(Authority::open(place(), Purpose::look, clock_));
}

// CERT-7.
TEST_F(PrivateAuthority, PublishesWhatIsRevokedWithRisingNumbers) {
  Authority made = make();
  const PrivateKey signer = made.key().value();
  const std::string good = phone(made, "101").facts().serial;
  const std::string bad = phone(made, "102").facts().serial;
  const std::string other = phone(made, "103").facts().serial;
  const auto empty = made.publish(signer);
  ASSERT_TRUE(empty) << empty.error().message;
  EXPECT_EQ(empty->facts.entries, 0U);
  ASSERT_TRUE(made.revoke(bad, RevocationReason::key_compromise));
  ASSERT_TRUE(made.revoke(other, RevocationReason::unspecified));
  const auto full = made.publish(signer, days(7));
  ASSERT_TRUE(full) << full.error().message;
  EXPECT_EQ(full->facts.entries, 2U);
  EXPECT_EQ(full->facts.number->to_hex(), "02");
  EXPECT_FALSE(full->facts.authority_key_id.empty());
  EXPECT_EQ(full->facts.next_update.value() - full->facts.this_update, days(7));
  EXPECT_EQ(made.publish(signer, days(0)).error().code, "ca.lifetime-invalid");

  workshop_.run("openssl crl -inform DER -in ca/ca.crl -CAfile ca/ca.pem -noout -text");
  const std::string said(base::as_text(workshop_.read("out.txt")));
  EXPECT_NE(said.find("Version 2"), std::string::npos) << said;
  EXPECT_NE(said.find("Key Compromise"), std::string::npos) << said;
  EXPECT_EQ(said.find("Unspecified"), std::string::npos) << said;
  workshop_.run("openssl crl -in ca/ca.crl.pem -CAfile ca/ca.pem -noout");
  workshop_.run("certtool --verify-crl --load-ca-certificate ca/ca.pem --infile ca/ca.crl.pem");
}

// What openssl makes of the list is what we make of it.
TEST_F(PrivateAuthority, ItsListStopsARevokedCertificateInOpensslToo) {
  Authority made = make();
  const Certificate good = phone(made, "101");
  const Certificate bad = phone(made, "102");
  ASSERT_TRUE(made.revoke(bad.facts().serial, RevocationReason::superseded));
  ASSERT_TRUE(made.publish(made.key().value()));
  workshop_.write("good.pem", good.to_pem());
  workshop_.write("bad.pem", bad.to_pem());
  const std::string command = "openssl verify -crl_check -CRLfile ca/ca.crl.pem -CAfile ca/ca.pem ";
  EXPECT_TRUE(workshop_.succeeds(command + "good.pem")) << base::as_text(workshop_.read("out.txt"));
  EXPECT_FALSE(workshop_.succeeds(command + "bad.pem"));
  EXPECT_NE(base::as_text(workshop_.read("out.txt")).find("certificate revoked"), std::string_view::npos);
}

TEST_F(PrivateAuthority, RefusesAKeyThatIsNotItsOwn) {
  const Authority made = make();
  ASSERT_TRUE(new_key().save(place() / "ca.key"));
  EXPECT_EQ(made.key().error().code, "ca.key-mismatch");
}

// Of the request only key and, where told to, names are taken.
TEST_F(PrivateAuthority, CertifiesTheKeyOfARequest) {
  Authority made = make();
  workshop_.run(
      "openssl req -new -newkey rsa:2048 -nodes -subj /CN=evil -addext basicConstraints=critical,CA:TRUE -keyout k.pem "
      "-out r.pem");
  const auto request = CertificateRequest::parse(workshop_.read("r.pem"));
  ASSERT_TRUE(request) << request.error().message;
  const auto leaf = made.issue_for_system(made.key().value(), pbx, request->public_key()).value();
  EXPECT_FALSE(leaf.facts().basic_constraints.ca);
  EXPECT_EQ(leaf.facts().common_name, "192.0.2.1");
  EXPECT_TRUE(Identity::make(PrivateKey::load(workshop_.path() / "k.pem").value(), leaf));
}

// CERT-3, CERT-5: whatever is asked for, our own rules find nothing to say, and it reads back as asked.
RC_GTEST_PROP(PrivateAuthorityProperty, IssuesNothingTheRulesObjectTo, ()) {
  const auto label = rc::gen::container<std::string>(rc::gen::elementOf(std::string("abcxyz019")));
  const auto some = [](const auto& gen, int most) {
    std::vector<std::string> all;
    for (int left = *rc::gen::inRange(0, most + 1); left > 0; --left) all.push_back(*gen);
    return all;
  };
  const auto host = rc::gen::map(label, [](const std::string& text) { return "h" + text.substr(0, 40) + ".example"; });
  const auto address = rc::gen::map(rc::gen::arbitrary<std::uint32_t>(), [](std::uint32_t bits) {
    return std::to_string(bits >> 24) + "." + std::to_string(bits >> 16 & 255) + "." + std::to_string(bits >> 8 & 255) +
           "." + std::to_string(bits & 255);
  });
  const auto v6 =
      rc::gen::map(rc::gen::inRange(1, 0xffff), [](int part) { return "2001:db8::" + std::to_string(part % 9999); });
  SystemNames names{*address, some(rc::gen::oneOf(address, v6), 4), some(host, 4)};
  const TemporaryDirectory directory;
  const base::ManualClock clock(
      base::WallTime(std::chrono::seconds(*rc::gen::inRange<std::int64_t>(0, 3'000'000'000))));
  Authority made = Authority::make(directory.path() / "ca",
                                   {.name = "CA é " + (*label).substr(0, 20),
                                    .lifetime = days(*rc::gen::inRange(16, 10000)),
                                    .crl_uri = *rc::gen::element<std::string>("", "http://ca.example/list?a=b&c")},
                                   KeyAlgorithm::ecdsa_p256, clock)
                       .value();
  PrivateKey key = PrivateKey::generate(KeyAlgorithm::ecdsa_p256).value();
  const auto leaf = made.issue_for_system(made.key().value(), names, key.handle(), days(*rc::gen::inRange(15, 5000)));
  RC_ASSERT(leaf.has_value());
  const auto chain = build_chain(key, {made.certificate(), *leaf}, clock.now()).value();
  std::string findings;
  for (const Finding& finding : check_content(chain, facts_of(names), clock.now())) findings += finding.error.message;
  RC_ASSERT(findings == "");
  const auto wanted = names_in_certificate(names, "x").value();
  RC_ASSERT(leaf->facts().ip_addresses == wanted.addresses);
  RC_ASSERT(leaf->facts().dns_names == wanted.dns);
  RC_ASSERT(leaf->facts().not_after <= made.certificate().facts().not_after);
  RC_ASSERT(made.ledger().find(leaf->facts().serial) != nullptr);
}

}  // namespace
}  // namespace cadenas::pki
