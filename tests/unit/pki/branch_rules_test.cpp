#include <algorithm>
#include <optional>
#include <random>
#include <set>
#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "pki/content_rules.hpp"
#include "test_branch.hpp"
#include "test_pkcs12.hpp"

namespace cadenas::pki {
namespace {

using std::chrono::hours;

/// A branch with one thing wrong, and what the rules call it; no code for a good one.
struct Case {
  std::string what;
  std::string code{};
  std::vector<BranchCertificate> wanted;  ///< from the root
  std::optional<std::size_t> left_out{};  ///< of the file, by its place in `wanted`
};

BranchCertificate good_leaf() {
  return {.name = "192.0.2.1", .extended_key_usage = "serverAuth,clientAuth", .alternative_names = "IP:192.0.2.1"};
}

Case good_case(std::size_t intermediates) {
  Case made{.what = "good with " + std::to_string(intermediates), .wanted = {authority("root")}};
  for (std::size_t i = 0; i < intermediates; ++i) {
    const std::string length = std::to_string(intermediates - 1 - i);
    made.wanted.push_back(authority("issuing " + std::to_string(i), "critical,CA:TRUE,pathlen:" + length));
  }
  made.wanted.push_back(good_leaf());
  return made;
}

/// Every defect at every place of a branch with so many intermediates.
std::vector<Case> every_defect(std::size_t intermediates) {
  std::vector<Case> all;
  const auto add = [&](const std::string& what, const std::string& code, std::size_t at, auto spoil) {
    Case made = good_case(intermediates);
    made.what += ": " + what + " at " + std::to_string(at);
    made.code = code;
    spoil(made, made.wanted[at]);
    all.push_back(std::move(made));
  };
  const std::size_t leaf = intermediates + 1;
  add("expired", "cert.expired", leaf, [](Case&, auto& one) { one.until = hours(-1); });
  add("future", "cert.not-yet-valid", leaf, [](Case&, auto& one) { one.from = hours(1); });
  add("short key", "cert.weak-key", leaf, [](Case&, auto& one) { one.rsa_bits = 1024; });
  add("SHA-1", "cert.weak-hash", leaf, [](Case&, auto& one) { one.hash = EVP_sha1(); });
  add("wrong signature", "cert.bad-signature", leaf, [](Case&, auto& one) { one.wrongly_signed = true; });
  for (std::size_t at = 0; at < leaf; ++at) {
    add("expired", "cert.issuer-expired", at, [](Case&, auto& one) { one.until = hours(-1); });
    add("future", "cert.issuer-not-yet-valid", at, [](Case&, auto& one) { one.from = hours(1); });
    if (at == 0) continue;
    add("no CA", "cert.issuer-not-ca", at, [](Case&, auto& one) { one.basic_constraints = "critical,CA:FALSE"; });
    add("no Key Cert Sign", "cert.issuer-cannot-sign", at,
        [](Case&, auto& one) { one.key_usage = "critical,digitalSignature,cRLSign"; });
    add("short key", "cert.issuer-weak-key", at, [](Case&, auto& one) { one.rsa_bits = 1024; });
    add("SHA-1", "cert.issuer-weak-hash", at, [](Case&, auto& one) { one.hash = EVP_sha1(); });
    add("wrong signature", "cert.bad-signature", at, [](Case&, auto& one) { one.wrongly_signed = true; });
    add("left out", "cert.missing-intermediate", at, [at](Case& made, auto&) { made.left_out = at; });
    if (at + 1 < leaf) {
      add("path length", "cert.path-too-long", at,
          [](Case&, auto& one) { one.basic_constraints = "critical,CA:TRUE,pathlen:0"; });
    }
  }
  return all;
}

Case one_of(const std::vector<Case>& cases) {
  return cases[*rc::gen::inRange<std::size_t>(0, cases.size())];
}

struct Made {
  TestBranch branch;
  std::vector<Certificate> file;
};

Made make(const Case& wanted) {
  Made made{.branch = branch_of(wanted.wanted), .file = {}};
  made.file = made.branch.certificates();
  if (wanted.left_out) made.file.erase(made.file.begin() + static_cast<std::ptrdiff_t>(*wanted.left_out));
  return made;
}

std::set<std::string> errors_in(const Made& made) {
  const auto now = real_time();
  const auto chain = build_chain(made.branch.leaf().key(), made.file, now).value();
  std::set<std::string> codes;
  for (const Finding& finding : check_content(chain, {.tel_address = "192.0.2.1"}, now)) {
    if (finding.severity == Severity::error) codes.insert(finding.error.code);
  }
  return codes;
}

// CERT-4, CERT-5: each defect has its own error, and nothing else is made of it.
RC_GTEST_PROP(BranchRules, CallEachDefectByItsNameAndNothingElse, ()) {
  const Case wanted = one_of(every_defect(*rc::gen::inRange<std::size_t>(0, 4)));
  Made made = make(wanted);
  std::shuffle(made.file.begin(), made.file.end(), std::mt19937(*rc::gen::arbitrary<unsigned>()));
  RC_LOG() << wanted.what;
  RC_ASSERT(errors_in(made) == std::set<std::string>{wanted.code});
}

RC_GTEST_PROP(BranchRules, RefuseNoGoodBranch, ()) {
  Case wanted = good_case(*rc::gen::inRange<std::size_t>(0, 5));
  for (BranchCertificate& one : wanted.wanted) {
    one.from = -hours(*rc::gen::inRange(1, 9000));
    one.until = hours(*rc::gen::inRange(1, 90000));
    one.hash = EVP_get_digestbyname((*rc::gen::element<std::string>("SHA224", "SHA256", "SHA384", "SHA512")).c_str());
    one.key_identifiers = *rc::gen::arbitrary<bool>();
    const bool is_ca = &one != &wanted.wanted.back();
    if (*rc::gen::arbitrary<bool>()) one.key_usage = {};
    if (is_ca && *rc::gen::arbitrary<bool>()) one.basic_constraints = "CA:TRUE";
  }
  Made made = make(wanted);
  std::shuffle(made.file.begin(), made.file.end(), std::mt19937(*rc::gen::arbitrary<unsigned>()));
  RC_ASSERT(errors_in(made) == std::set<std::string>{});
}

// The verdict is not ours alone: whatever chain, OpenSSL's and GnuTLS's own commands come to the same one.
TEST(BranchRules, JudgeAsTheCommandsOfOpensslAndGnutls) {
  const Pkcs12Workshop workshop;
  std::vector<Case> cases;
  for (std::size_t intermediates = 0; intermediates < 4; ++intermediates) {
    cases.push_back(good_case(intermediates));
    for (Case& defect : every_defect(intermediates)) cases.push_back(std::move(defect));
  }
  for (const Case& wanted : cases) {
    SCOPED_TRACE(wanted.what);
    const Made made = make(wanted);
    const bool ours = errors_in(made).empty();
    EXPECT_EQ(ours, wanted.code.empty());

    const std::vector<Certificate> leaf_first(made.file.rbegin(), made.file.rend());
    workshop.write("root.pem", made.file.front().to_pem());
    workshop.write("leaf.pem", made.file.back().to_pem());
    workshop.write("chain.pem", to_pem(leaf_first));
    const bool openssl = workshop.succeeds(
        "openssl verify -auth_level 2 -purpose sslserver -CAfile root.pem -untrusted chain.pem leaf.pem");
    EXPECT_EQ(openssl, ours) << base::as_text(workshop.read("out.txt"));
    const bool gnutls = workshop.succeeds("certtool --verify-chain --verify-profile medium --infile chain.pem");
    EXPECT_EQ(gnutls, ours) << base::as_text(workshop.read("out.txt"));
  }
}

}  // namespace
}  // namespace cadenas::pki
