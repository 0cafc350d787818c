#include <algorithm>
#include <fstream>
#include <iterator>
#include <random>
#include <regex>
#include <set>
#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "pki/content_rules.hpp"
#include "test_branch.hpp"
#include "test_defects.hpp"
#include "test_pkcs12.hpp"

namespace cadenas::pki {
namespace {

using std::chrono::hours;

BranchCase one_of(const std::vector<BranchCase>& cases) {
  return cases[*rc::gen::inRange<std::size_t>(0, cases.size())];
}

struct Made {
  TestBranch branch;
  std::vector<Certificate> file;
};

Made make(const BranchCase& wanted) {
  Made made{.branch = branch_of(wanted.wanted), .file = {}};
  made.file = made.branch.certificates();
  if (wanted.with_stray) made.file.push_back(sign({.name = "stray"}).leaf());
  if (wanted.left_out) made.file.erase(made.file.begin() + static_cast<std::ptrdiff_t>(*wanted.left_out));
  return made;
}

std::set<std::string> codes_in(const Made& made, const SystemFacts& system, Severity severity) {
  const auto now = real_time();
  const auto chain = build_chain(made.branch.leaf().key(), made.file, now).value();
  std::set<std::string> codes;
  for (const Finding& finding : check_content(chain, system, now)) {
    if (finding.severity == severity) codes.insert(finding.error.code);
  }
  return codes;
}
std::set<std::string> errors_in(const Made& made, const SystemFacts& system) {
  return codes_in(made, system, Severity::error);
}

std::vector<BranchCase> every_defect(std::size_t intermediates) {
  std::vector<BranchCase> all = every_flaw(intermediates);
  for (BranchCase& misfit : every_misfit(intermediates)) all.push_back(std::move(misfit));
  return all;
}

// CERT-1, CERT-4, CERT-5: each defect has its own code, and nothing else is made of it.
RC_GTEST_PROP(BranchRules, CallEachDefectByItsNameAndNothingElse, ()) {
  const BranchCase wanted = one_of(every_defect(*rc::gen::inRange<std::size_t>(0, 4)));
  Made made = make(wanted);
  std::shuffle(made.file.begin(), made.file.end(), std::mt19937(*rc::gen::arbitrary<unsigned>()));
  RC_LOG() << wanted.what;
  const std::set<std::string> expected{wanted.code};
  if (wanted.severity == Severity::error) {
    RC_ASSERT(errors_in(made, wanted.system) == expected);
  } else {
    RC_ASSERT(errors_in(made, wanted.system) == std::set<std::string>{});
    RC_ASSERT(codes_in(made, wanted.system, Severity::warning) == expected);
  }
}

// The property above is about every code there is: those that content_rules.hpp promises.
TEST(BranchRules, HaveADefectForEveryCode) {
  std::ifstream header(CADENAS_SOURCE_DIRECTORY "/src/pki/content_rules.hpp");
  const std::string text{std::istreambuf_iterator<char>(header), {}};
  const std::regex code("\"((cert|licence)\\.[a-z0-9-]+)\"");
  std::set<std::string> promised;
  for (std::sregex_iterator at(text.begin(), text.end(), code); at != std::sregex_iterator(); ++at) {
    promised.insert((*at)[1]);
  }
  std::set<std::string> shown;
  for (const BranchCase& each : every_defect(2)) shown.insert(each.code);
  EXPECT_EQ(shown, promised);
}

RC_GTEST_PROP(BranchRules, RefuseNoGoodBranch, ()) {
  BranchCase wanted = good_case(*rc::gen::inRange<std::size_t>(0, 5));
  for (BranchCertificate& one : wanted.wanted) {
    one.from = -hours(*rc::gen::inRange(1, 9000));
    one.until = hours(*rc::gen::inRange(1, 90000));
    one.hash = EVP_get_digestbyname((*rc::gen::element<std::string>("SHA224", "SHA256", "SHA384", "SHA512")).c_str());
    one.key_identifiers = *rc::gen::arbitrary<bool>();
    const bool is_ca = &one != &wanted.wanted.back();
    if (*rc::gen::arbitrary<bool>()) one.key_usage = {};
    if (is_ca && *rc::gen::arbitrary<bool>()) one.basic_constraints = "CA:TRUE";
  }
  if (*rc::gen::arbitrary<bool>()) wanted.wanted.back().extended_key_usage = {};
  wanted.wanted.back().alternative_names += ",DNS:pbx.example";
  wanted.system.tel_host_name = "pbx.example";
  wanted.system.reached = *rc::gen::element(Reach::by_address, Reach::by_host_name, Reach::both);
  wanted.system.sip_service = *rc::gen::arbitrary<bool>();
  wanted.system.phones_5300 = *rc::gen::arbitrary<bool>();
  wanted.system.multisite = *rc::gen::arbitrary<bool>();
  Made made = make(wanted);
  std::shuffle(made.file.begin(), made.file.end(), std::mt19937(*rc::gen::arbitrary<unsigned>()));
  RC_ASSERT(errors_in(made, wanted.system) == std::set<std::string>{});
}

// The verdict is not ours alone: whatever chain, OpenSSL's and GnuTLS's own commands come to the same one.
TEST(BranchRules, JudgeAsTheCommandsOfOpensslAndGnutls) {
  const Pkcs12Workshop workshop;
  std::vector<BranchCase> cases;
  for (std::size_t intermediates = 0; intermediates < 4; ++intermediates) {
    cases.push_back(good_case(intermediates));
    for (BranchCase& flaw : every_flaw(intermediates)) cases.push_back(std::move(flaw));
  }
  for (const BranchCase& wanted : cases) {
    SCOPED_TRACE(wanted.what);
    const Made made = make(wanted);
    const bool ours = errors_in(made, wanted.system).empty();
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
