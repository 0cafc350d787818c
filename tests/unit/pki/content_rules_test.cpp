#include "pki/content_rules.hpp"

#include <algorithm>
#include <ostream>
#include <set>
#include <utility>

#include <gtest/gtest.h>

#include "test_branch.hpp"

namespace cadenas::pki {

void PrintTo(const Finding& finding, std::ostream* out) {
  *out << (finding.severity == Severity::error ? "error " : "warning ") << finding.error.code << " ("
       << finding.error.field << "): " << finding.error.message;
}

namespace {

using std::chrono::hours;

constexpr const char* address = "192.0.2.1";

SystemFacts plain_system() {
  return {.tel_address = address};
}

std::vector<Finding> findings_of(const std::vector<BranchCertificate>& branch, const SystemFacts& system,
                                 base::WallTime now = real_time()) {
  const TestBranch made = branch_of(branch);
  return check_content(build_chain(made.leaf().key(), made.certificates(), now).value(), system, now);
}

std::vector<Finding> findings_of(const BranchCertificate& leaf, const SystemFacts& system = plain_system(),
                                 base::WallTime now = real_time()) {
  return findings_of(std::vector{authority("root"), authority("issuing"), leaf}, system, now);
}

using Codes = std::multiset<std::string>;

Codes codes(const std::vector<Finding>& findings, Severity severity) {
  Codes all;
  for (const Finding& finding : findings) {
    EXPECT_FALSE(finding.error.message.empty());
    if (finding.severity == severity) all.insert(finding.error.code);
  }
  return all;
}
Codes errors(const std::vector<Finding>& findings) {
  return codes(findings, Severity::error);
}
Codes warnings(const std::vector<Finding>& findings) {
  return codes(findings, Severity::warning);
}

TEST(ContentRules, FindNothingInACertificateMadeAsTheRequirementsSay) {
  SystemFacts system = plain_system();
  system.tel_host_name = "pbx.example";
  system.other_addresses = {"198.51.100.1", "2001:db8::1"};
  system.other_host_names = {"admin.example"};
  system.reached = Reach::both;
  system.phones_5300 = true;
  system.multisite = true;
  BranchCertificate leaf = good_leaf();
  leaf.alternative_names = "IP:192.0.2.1,IP:198.51.100.1,IP:2001:db8::1,DNS:pbx.example,DNS:admin.example";
  EXPECT_EQ(findings_of(leaf, system), std::vector<Finding>{});
}

// CERT-4, rule by rule: the same certificate, refused or not for what the system is.
TEST(ContentRules, AskForTheAddressOnlyWhereSomethingNeedsIt) {
  BranchCertificate nameless = good_leaf();
  nameless.name = "pbx";
  nameless.alternative_names = "DNS:pbx.example";
  SystemFacts system{.tel_address = address, .tel_host_name = "pbx.example", .sip_service = false};

  system.reached = Reach::by_address;
  EXPECT_EQ(errors(findings_of(nameless, system)), Codes{"cert.ip-missing"});
  system.reached = Reach::both;
  EXPECT_EQ(errors(findings_of(nameless, system)), Codes{"cert.ip-missing"});
  system.reached = Reach::by_host_name;
  EXPECT_EQ(errors(findings_of(nameless, system)), Codes{});

  system.sip_service = true;
  EXPECT_EQ(errors(findings_of(nameless, system)), Codes{"cert.sip-needs-ip"});
  system.sip_service = false;
  system.multisite = true;
  EXPECT_EQ(errors(findings_of(nameless, system)), Codes{"cert.multisite-needs-ip"});
  system.sip_service = true;
  system.fqdn_configuration = true;
  EXPECT_EQ(findings_of(nameless, system), std::vector<Finding>{});
  system.phones_5300 = true;
  EXPECT_EQ(errors(findings_of(nameless, system)), Codes{"cert.ip-not-in-cn"});
}

// CERT-12: another outcome than naming no address.
TEST(ContentRules, TellACertificateForAnotherAddress) {
  BranchCertificate other = good_leaf();
  other.name = "pbx";
  other.alternative_names = "IP:192.0.2.2";
  SystemFacts system = plain_system();
  system.sip_service = false;
  const auto found = findings_of(other, system);
  ASSERT_EQ(errors(found), Codes{"cert.wrong-address"});
  EXPECT_NE(found.front().error.message.find(address), std::string::npos);
  EXPECT_NE(found.front().error.message.find("192.0.2.2"), std::string::npos);
  EXPECT_EQ(found.front().error.field, address);
  other.alternative_names = {};
  other.name = "192.0.2.2";
  EXPECT_EQ(errors(findings_of(other, system)), Codes{"cert.wrong-address"});
}

TEST(ContentRules, TakeTheAddressFromTheCommonNameButSayThatSanLacksIt) {
  BranchCertificate leaf = good_leaf();
  leaf.alternative_names = {};
  SystemFacts system = plain_system();
  system.phones_5300 = true;
  system.multisite = true;
  const auto found = findings_of(leaf, system);
  EXPECT_EQ(errors(found), Codes{});
  EXPECT_EQ(warnings(found), Codes{"cert.san-incomplete"});
}

TEST(ContentRules, AskForTheAddressInTheCommonNameWhere5300PhonesAre) {
  BranchCertificate leaf = good_leaf();
  leaf.name = "pbx";
  SystemFacts system = plain_system();
  EXPECT_EQ(findings_of(leaf, system), std::vector<Finding>{});
  system.phones_5300 = true;
  EXPECT_EQ(errors(findings_of(leaf, system)), Codes{"cert.ip-not-in-cn"});
}

TEST(ContentRules, AskForTheFqdnWherePhonesUseIt) {
  SystemFacts system = plain_system();
  system.tel_host_name = "pbx.site.example";
  BranchCertificate leaf = good_leaf();
  leaf.alternative_names = "IP:192.0.2.1,DNS:other.example";
  for (const Reach reach : {Reach::by_host_name, Reach::both}) {
    system.reached = reach;
    EXPECT_EQ(errors(findings_of(leaf, system)), Codes{"cert.fqdn-missing"});
  }
  leaf.alternative_names = "IP:192.0.2.1,DNS:*.site.example";
  EXPECT_EQ(findings_of(leaf, system), std::vector<Finding>{});
  system.tel_host_name = {};
  EXPECT_EQ(errors(findings_of(leaf, system)), Codes{"cert.fqdn-missing"});
}

TEST(ContentRules, WarnOfEachNameOfTheSystemThatSanLacks) {
  SystemFacts system = plain_system();
  system.tel_host_name = "pbx.example";
  system.other_addresses = {"198.51.100.1"};
  system.other_host_names = {"admin.example"};
  const auto found = findings_of(good_leaf(), system);
  EXPECT_EQ(errors(found), Codes{});
  std::multiset<std::string> fields;
  for (const Finding& finding : found) fields.insert(finding.error.field);
  EXPECT_EQ(fields, (std::multiset<std::string>{"198.51.100.1", "admin.example", "pbx.example"}));
}

TEST(ContentRules, AskForBothPurposesInMultisiteAndForAServerAnyway) {
  SystemFacts site = plain_system();
  site.multisite = true;
  BranchCertificate leaf = good_leaf();
  leaf.extended_key_usage = "serverAuth";
  EXPECT_EQ(findings_of(leaf), std::vector<Finding>{});
  EXPECT_EQ(errors(findings_of(leaf, site)), Codes{"cert.multisite-key-purposes"});
  leaf.extended_key_usage = "clientAuth";
  EXPECT_EQ(errors(findings_of(leaf)), Codes{"cert.no-server-auth"});
  EXPECT_EQ(errors(findings_of(leaf, site)), (Codes{"cert.multisite-key-purposes", "cert.no-server-auth"}));
  leaf.extended_key_usage = {};
  EXPECT_EQ(findings_of(leaf, site), std::vector<Finding>{});
}

// CERT-8, CERT-12; RFC 5280 §4.1.2.5: notAfter is the last valid second.
TEST(ContentRules, FollowTheCalendarToTheMillisecond) {
  BranchCertificate root = authority("root");
  root.until = hours(24 * 4000);
  const TestBranch made = branch_of({root, good_leaf()});
  const auto at = [&made](base::WallTime now) {
    return check_content(build_chain(made.leaf().key(), made.certificates(), now).value(), plain_system(), now);
  };
  const base::WallTime begin =
      std::max(made.from_root[0].leaf().facts().not_before, made.leaf().leaf().facts().not_before);
  const base::WallTime end = made.leaf().leaf().facts().not_after + std::chrono::seconds(1);
  const std::chrono::milliseconds tick(1);
  EXPECT_TRUE(errors(at(begin - tick)).contains("cert.not-yet-valid"));
  EXPECT_EQ(at(begin), std::vector<Finding>{});
  EXPECT_EQ(at(end - expiry_warning - tick), std::vector<Finding>{});
  EXPECT_EQ(warnings(at(end - expiry_warning)), Codes{"cert.expiring"});
  EXPECT_EQ(errors(at(end - std::chrono::seconds(1) - tick)), Codes{});
  // OpenSSL takes the last second for too late, and so will peers.
  EXPECT_EQ(errors(at(end - tick)), Codes{"cert.chain-rejected"});
  EXPECT_EQ(errors(at(end)), Codes{"cert.expired"});
}

TEST(ContentRules, RefuseWeakKeysAndUnknownOnes) {
  BranchCertificate leaf = good_leaf();
  leaf.rsa_bits = 1024;
  EXPECT_EQ(errors(findings_of(leaf)), Codes{"cert.weak-key"});
  leaf.rsa_bits = 2048;
  EXPECT_EQ(findings_of(leaf), std::vector<Finding>{});
  const KeyHandle small(EVP_EC_gen("secp224r1"));
  const KeyHandle modern(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  for (const auto& [key, code] :
       {std::pair(small.get(), "cert.weak-key"), std::pair(modern.get(), "cert.key-unsupported")}) {
    const PrivateKey copied = private_key(key);
    BranchCertificate odd = good_leaf();
    odd.key = &copied;
    EXPECT_EQ(errors(findings_of(odd)), Codes{code});
  }
}

TEST(ContentRules, RefuseOldHashesUnlessTheyAreAllowed) {
  SystemFacts old = plain_system();
  old.accept_old_hashes = true;
  for (const EVP_MD* hash : {EVP_sha1(), EVP_md5()}) {
    BranchCertificate root = authority("root");
    root.rsa_bits = 2048;
    BranchCertificate leaf = good_leaf();
    leaf.hash = hash;
    EXPECT_EQ(errors(findings_of({root, leaf}, plain_system())), Codes{"cert.weak-hash"});
    EXPECT_EQ(errors(findings_of({root, leaf}, old)), Codes{});
    EXPECT_EQ(warnings(findings_of({root, leaf}, old)), Codes{"cert.weak-hash"});
    // A root's own signature proves nothing and is not looked at.
    root.hash = hash;
    EXPECT_EQ(findings_of({root, good_leaf()}, plain_system()), std::vector<Finding>{});
  }
}

// CERT-1.
TEST(ContentRules, RefuseASelfSignedCertificate) {
  EXPECT_EQ(errors(findings_of(std::vector{good_leaf()}, plain_system())), Codes{"cert.self-signed"});
}

// CERT-5.
TEST(ContentRules, RefuseTheCertificateOfACaForTheServer) {
  BranchCertificate ca = good_leaf();
  ca.basic_constraints = "CA:TRUE";
  EXPECT_EQ(errors(findings_of(ca)), Codes{"cert.leaf-is-ca"});
  BranchCertificate signing = good_leaf();
  signing.key_usage = "digitalSignature,keyCertSign";
  EXPECT_EQ(errors(findings_of(signing)), Codes{"cert.leaf-is-ca"});
}

TEST(ContentRules, TellAMissingRootFromAMissingIntermediate) {
  const TestBranch made = branch_of({authority("root"), authority("one"), authority("two"), good_leaf()});
  const auto all = made.certificates();
  const auto check = [&made](const std::vector<Certificate>& certificates) {
    return check_content(build_chain(made.leaf().key(), certificates, real_time()).value(), plain_system(),
                         real_time());
  };
  const auto rootless = check({all[1], all[2], all[3]});
  EXPECT_EQ(errors(rootless), Codes{});
  EXPECT_EQ(warnings(rootless), Codes{"cert.missing-root"});
  EXPECT_EQ(rootless.front().error.field, "CN=root");
  EXPECT_EQ(errors(check({all[3]})), Codes{});
  const auto broken = check({all[0], all[1], all[3]});
  EXPECT_EQ(errors(broken), Codes{"cert.missing-intermediate"});
  EXPECT_EQ(broken.front().error.field, "CN=two");
  const auto more = check({all[0], all[1], all[2], all[3], sign({.name = "stray"}).leaf()});
  EXPECT_EQ(errors(more), Codes{});
  EXPECT_EQ(warnings(more), Codes{"cert.extra"});
}

TEST(ContentRules, LetOpensslRefuseWhatTheyDoNotKnow) {
  BranchCertificate constrained = authority("issuing");
  constrained.name_constraints = "critical,permitted;IP:198.51.100.0/255.255.255.0";
  EXPECT_EQ(errors(findings_of({authority("root"), constrained, good_leaf()}, plain_system())),
            Codes{"cert.chain-rejected"});
  BranchCertificate unknown = good_leaf();
  unknown.unknown_critical = "1.2.3.4.5";
  EXPECT_EQ(errors(findings_of(unknown)), Codes{"cert.chain-rejected"});
  BranchCertificate agreeing = good_leaf();
  agreeing.key_usage = "critical,nonRepudiation";
  EXPECT_EQ(errors(findings_of(agreeing)), Codes{"cert.chain-rejected"});
  BranchCertificate clients = authority("issuing");
  clients.extended_key_usage = "clientAuth";
  EXPECT_EQ(errors(findings_of({authority("root"), clients, good_leaf()}, plain_system())),
            Codes{"cert.chain-rejected"});
}

// CERT-12.
TEST(ContentRules, SayThatEncryptionIsNotUnlocked) {
  SystemFacts system = plain_system();
  system.encryption_unlocked = false;
  EXPECT_EQ(errors(findings_of(good_leaf(), system)), Codes{"licence.locked"});
}

TEST(ContentRules, ReportAllThatIsWrongAtOnce) {
  BranchCertificate leaf = good_leaf();
  leaf.name = "pbx";
  leaf.alternative_names = {};
  leaf.extended_key_usage = "clientAuth";
  leaf.until = hours(-1);
  leaf.rsa_bits = 1024;
  BranchCertificate issuing = authority("issuing", "critical,CA:FALSE");
  issuing.until = hours(-2);
  SystemFacts system = plain_system();
  system.phones_5300 = true;
  EXPECT_EQ(errors(findings_of({authority("root"), issuing, leaf}, system)),
            (Codes{"cert.ip-missing", "cert.sip-needs-ip", "cert.ip-not-in-cn", "cert.no-server-auth", "cert.expired",
                   "cert.weak-key", "cert.issuer-not-ca", "cert.issuer-expired"}));
}

}  // namespace
}  // namespace cadenas::pki
