#include "pki/chain.hpp"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "test_branch.hpp"

namespace cadenas::pki {
namespace {

std::vector<Certificate> with_root(const Chain& chain) {
  std::vector<Certificate> all{chain.leaf};
  all.insert(all.end(), chain.intermediates.begin(), chain.intermediates.end());
  if (chain.root) all.push_back(*chain.root);
  return all;
}

Chain built(const Identity& leaf, const std::vector<Certificate>& certificates) {
  return build_chain(leaf.key(), certificates, real_time()).value();
}

std::vector<BranchCertificate> plain_branch(int intermediates) {
  std::vector<BranchCertificate> wanted{authority("root")};
  for (int i = 0; i < intermediates; ++i) wanted.push_back(authority("intermediate " + std::to_string(i)));
  wanted.push_back({.name = "192.0.2.1"});
  return wanted;
}

// CERT-5: leaf last in its branch, found by key and signatures, whatever the order in the file.
RC_GTEST_PROP(Chain, IsTheSameInWhateverOrderTheFileHoldsIt, ()) {
  const auto branch = branch_of(plain_branch(*rc::gen::inRange(0, 4)));
  const Identity stranger = sign(authority("stranger"));
  std::vector<Certificate> file = branch.certificates();
  std::vector<Certificate> wanted(file.rbegin(), file.rend());
  const bool extra = *rc::gen::arbitrary<bool>();
  if (extra) file.push_back(stranger.leaf());
  if (*rc::gen::arbitrary<bool>()) file.push_back(file.front());
  std::shuffle(file.begin(), file.end(), std::mt19937(*rc::gen::arbitrary<unsigned>()));

  const Chain chain = built(branch.leaf(), file);
  RC_ASSERT(with_root(chain) == wanted);
  RC_ASSERT(chain.root.has_value());
  RC_ASSERT(chain.missing_issuer.empty());
  RC_ASSERT(chain.extra.size() == (extra ? 1U : 0U));
}

TEST(Chain, SaysWhoseCertificateIsMissing) {
  const auto branch = branch_of(plain_branch(2));
  auto all = branch.certificates();
  const Chain no_root = built(branch.leaf(), {all[3], all[1], all[2]});
  EXPECT_EQ(with_root(no_root), (std::vector<Certificate>{all[3], all[2], all[1]}));
  EXPECT_FALSE(no_root.root);
  EXPECT_EQ(no_root.missing_issuer, "CN=root");
  EXPECT_TRUE(no_root.extra.empty());

  const Chain hole = built(branch.leaf(), {all[0], all[1], all[3]});
  EXPECT_EQ(with_root(hole), std::vector<Certificate>{all[3]});
  EXPECT_EQ(hole.missing_issuer, "CN=intermediate 1");
  EXPECT_EQ(hole.extra.size(), 2U);
}

TEST(Chain, RefusesAKeyNoCertificateIsFor) {
  const Identity one = sign({.name = "one"});
  const Identity two = sign({.name = "two"});
  const auto chain = build_chain(one.key(), {two.leaf()}, real_time());
  ASSERT_FALSE(chain);
  EXPECT_EQ(chain.error().code, "chain.no-leaf");
}

TEST(Chain, TakesTheIssuedCertificateOfAKeyBeforeItsSelfSignedOneAndTheCurrentBeforeTheExpired) {
  const Identity root = sign(authority("root"));
  const Identity self = sign({.name = "192.0.2.1"});
  const Identity old = sign({.name = "192.0.2.1", .until = std::chrono::hours(-1), .key = &self.key()}, &root);
  const Identity future =
      sign({.name = "192.0.2.1", .from = std::chrono::hours(9), .until = std::chrono::hours(9000), .key = &self.key()},
           &root);
  const Identity now = sign({.name = "192.0.2.1", .key = &self.key()}, &root);
  const Chain chain = built(self, {self.leaf(), future.leaf(), old.leaf(), root.leaf(), now.leaf()});
  EXPECT_EQ(chain.leaf, now.leaf());
  EXPECT_EQ(chain.extra.size(), 3U);
  EXPECT_EQ(built(self, {old.leaf(), self.leaf()}).leaf, old.leaf());
  const Chain alone = built(self, {self.leaf()});
  EXPECT_EQ(alone.leaf, self.leaf());
  EXPECT_FALSE(alone.root);
  EXPECT_TRUE(alone.missing_issuer.empty());
}

TEST(Chain, OfTwoRootsOfOneNameTakesTheOneThatSigned) {
  const Identity old =
      sign({.name = "root", .basic_constraints = "critical,CA:TRUE", .key_usage = {}, .key_identifiers = false});
  const Identity root =
      sign({.name = "root", .basic_constraints = "critical,CA:TRUE", .key_usage = {}, .key_identifiers = false});
  const Identity leaf = sign({.name = "leaf", .key_identifiers = false}, &root);
  const Chain chain = built(leaf, {old.leaf(), leaf.leaf(), root.leaf()});
  ASSERT_TRUE(chain.root);
  EXPECT_EQ(*chain.root, root.leaf());
  // With the wrong one alone the branch is shown with it, so that the rules can say that its signature fails.
  const Chain wrong = built(leaf, {old.leaf(), leaf.leaf()});
  ASSERT_TRUE(wrong.root);
  EXPECT_EQ(*wrong.root, old.leaf());
}

TEST(Chain, LeavesOutACaOfTheRightNameWithAnotherKey) {
  const Identity other = sign(authority("root"));
  const Identity root = sign(authority("root"));
  const Identity leaf = sign({.name = "leaf"}, &root);
  const Chain chain = built(leaf, {other.leaf(), leaf.leaf()});
  EXPECT_FALSE(chain.root);
  EXPECT_EQ(chain.missing_issuer, "CN=root");
  EXPECT_EQ(chain.extra, std::vector<Certificate>{other.leaf()});
}

TEST(Chain, GoesRoundAnExpiredCaWhoseRenewalIsThere) {
  const Identity root = sign(authority("root"));
  const Identity now = sign(authority("issuing"), &root);
  BranchCertificate expired = authority("issuing");
  expired.until = std::chrono::hours(-1);
  expired.key = &now.key();
  const Identity old = sign(expired, &root);
  const Identity leaf = sign({.name = "leaf"}, &old);
  for (const auto& file : {std::vector{old.leaf(), now.leaf(), root.leaf(), leaf.leaf()},
                           std::vector{leaf.leaf(), root.leaf(), now.leaf(), old.leaf()}}) {
    const Chain chain = built(leaf, file);
    EXPECT_EQ(chain.intermediates, std::vector<Certificate>{now.leaf()});
    EXPECT_EQ(chain.extra, std::vector<Certificate>{old.leaf()});
  }
}

TEST(Chain, EndsWithCasThatSignedEachOtherAndTakesTheWayToARoot) {
  // one and two issued each other; one also has a root.
  const Identity root = sign(authority("root"));
  const Identity one = sign(authority("one"), &root);
  const Identity two = sign(authority("two"), &one);
  BranchCertificate crossed = authority("one");
  crossed.key = &one.key();
  const Identity one_by_two = sign(crossed, &two);
  const Identity leaf = sign({.name = "leaf"}, &one);

  const Chain loop = built(leaf, {leaf.leaf(), one_by_two.leaf(), two.leaf()});
  EXPECT_FALSE(loop.root);
  EXPECT_EQ(with_root(loop).size() + loop.extra.size(), 3U);

  const Chain rooted = built(leaf, {one_by_two.leaf(), two.leaf(), leaf.leaf(), root.leaf(), one.leaf()});
  EXPECT_EQ(with_root(rooted), (std::vector<Certificate>{leaf.leaf(), one.leaf(), root.leaf()}));
}

// Two CAs that issued each other's certificate thirty times: each of sixty is below thirty others, and none is a root.
TEST(Chain, EndsInAThicketOfCrossSignedCas) {
  const Identity one = sign(authority("one"));
  const Identity two = sign(authority("two"));
  const Identity leaf = sign({.name = "leaf"}, &one);
  std::vector<Certificate> file{leaf.leaf()};
  for (int i = 0; i < 30; ++i) {
    BranchCertificate again = authority("one");
    again.key = &one.key();
    file.push_back(sign(again, &two).leaf());
    again = authority("two");
    again.key = &two.key();
    file.push_back(sign(again, &one).leaf());
  }
  const Chain thicket = built(leaf, file);
  EXPECT_FALSE(thicket.root);
  EXPECT_EQ(with_root(thicket).size() + thicket.extra.size(), file.size());
  file.push_back(two.leaf());
  const Chain rooted = built(leaf, file);
  ASSERT_TRUE(rooted.root);
  EXPECT_EQ(*rooted.root, two.leaf());
  EXPECT_EQ(rooted.intermediates.size(), 1U);
}

}  // namespace
}  // namespace cadenas::pki
