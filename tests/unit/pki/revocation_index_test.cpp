#include "pki/revocation_index.hpp"

#include <algorithm>
#include <array>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "pki/revocation_audit.hpp"
#include "test_ca.hpp"
#include "test_crl.hpp"

namespace cadenas::pki {
namespace {

using std::chrono::days;
using std::chrono::hours;

base::WallTime today() {
  return base::SystemClock().now();
}

ChainKeys keys_of(const std::vector<Certificate>& chain) {
  const X509StackHandle stack(sk_X509_new_null());
  for (const Certificate& certificate : chain) {
    X509_add_cert(stack.get(), certificate.handle(), X509_ADD_FLAG_UP_REF);
  }
  return ChainKeys::of(stack.get());
}

class Index : public testing::Test {
 protected:
  ChainVerdict judge(const std::vector<Certificate>& chain, std::vector<Crl> lists, RevocationPolicy policy = {}) {
    const std::vector<Certificate> authorities{root_.leaf(), middle_.leaf()};
    return RevocationIndex::make(authorities, std::move(lists), policy)->judge(keys_of(chain), today());
  }

  const Identity root_ = issue({.common_name = "root", .ca = true});
  const Identity middle_ = issue({.common_name = "middle", .ca = true}, &root_);
  const Identity leaf_ = issue({.common_name = "leaf"}, &middle_);
  const std::vector<Certificate> chain_{leaf_.leaf(), middle_.leaf(), root_.leaf()};
};

TEST_F(Index, SaysWhoseCertificateWasRevokedAndWhen) {
  const ChainVerdict verdict = judge(chain_, {make_list({.entries = {entry_of(middle_)}}, root_)});
  EXPECT_EQ(verdict.state, RevocationState::revoked);
  EXPECT_TRUE(verdict.refused);
  EXPECT_EQ(verdict.position, 1U);
  ASSERT_TRUE(verdict.revoked_at);
  EXPECT_LT(today() - *verdict.revoked_at, days(2));
}

// X509_STORE takes the first added of two lists of one second, and so lets a revoked certificate pass (DOMAIN §7.2).
TEST_F(Index, TakesTheNewestByNumberOfTwoListsOfOneSecond) {
  const std::time_t now = std::time(nullptr);
  const Crl old = make_list({.number = 9}, middle_, now);
  const Crl next = make_list({.entries = {entry_of(leaf_)}, .number = 10}, middle_, now);
  EXPECT_EQ(judge(chain_, {old, next}).state, RevocationState::revoked);
  EXPECT_EQ(judge(chain_, {next, old}).state, RevocationState::revoked);
}

TEST_F(Index, TakesTheLastGivenOfTwoListsThatNothingTellsApart) {
  const std::time_t now = std::time(nullptr);
  const Crl clean = make_list({}, middle_, now);
  const Crl full = make_list({.entries = {entry_of(leaf_)}}, middle_, now);
  EXPECT_EQ(judge(chain_, {clean, full}).state, RevocationState::revoked);
  EXPECT_NE(judge(chain_, {full, clean}).state, RevocationState::revoked);
}

TEST_F(Index, DoesNotMixTwoCasOfOneName) {
  const Identity namesake = issue({.common_name = "middle", .ca = true}, &root_);
  const Crl of_namesake = make_list({.entries = {entry_of(leaf_)}}, namesake);
  EXPECT_EQ(judge(chain_, {of_namesake}).state, RevocationState::unknown);
  const ChainVerdict both = judge(chain_, {of_namesake, make_list({}, middle_), make_list({}, root_)});
  EXPECT_EQ(both.state, RevocationState::good);
  EXPECT_EQ(judge(chain_, {of_namesake, make_list({.entries = {entry_of(leaf_)}}, middle_)}).state,
            RevocationState::revoked);
}

TEST_F(Index, PutsADoubtThatRefusesBeforeOneThatWarns) {
  const TestList old{.from = days(-9), .until = days(-2)};
  // Nothing about the leaf's issuer, something old about the root.
  const std::vector<Crl> lists{make_list(old, root_)};
  ChainVerdict verdict = judge(chain_, lists);
  EXPECT_EQ(verdict.state, RevocationState::unknown);
  EXPECT_FALSE(verdict.refused);
  verdict = judge(chain_, lists, {.stale_list = OnDoubt::refuse});
  EXPECT_EQ(verdict.state, RevocationState::stale);
  EXPECT_TRUE(verdict.refused);
  EXPECT_EQ(verdict.position, 1U);
  verdict = judge(chain_, lists, {.missing_list = OnDoubt::refuse, .stale_list = OnDoubt::refuse});
  EXPECT_EQ(verdict.state, RevocationState::unknown);
  EXPECT_EQ(verdict.position, 0U);
}

TEST_F(Index, TakesAListFromTheFutureForStale) {
  const std::vector<Crl> lists{make_list({.from = days(1)}, middle_), make_list({}, root_)};
  EXPECT_EQ(judge(chain_, lists).state, RevocationState::stale);
  EXPECT_TRUE(judge(chain_, lists, {.stale_list = OnDoubt::refuse}).refused);
}

TEST_F(Index, AsksNoListOfARoot) {
  EXPECT_EQ(judge({root_.leaf()}, {}, {.missing_list = OnDoubt::refuse}).state, RevocationState::good);
  EXPECT_EQ(judge({leaf_.leaf(), middle_.leaf(), root_.leaf()}, {make_list({}, middle_), make_list({}, root_)},
                  {OnDoubt::refuse, OnDoubt::refuse})
                .state,
            RevocationState::good);
}

TEST_F(Index, FollowsRevocationDownToATrustedIntermediate) {
  const Identity lower = issue({.common_name = "lower", .ca = true}, &middle_);
  const Identity phone = issue({.common_name = "phone"}, &lower);
  const std::vector<Certificate> authorities{lower.leaf(), root_.leaf(), middle_.leaf()};
  const auto index = RevocationIndex::make(authorities, {make_list({.entries = {entry_of(middle_)}}, root_)});
  // Only `lower` is the anchor: neither the root nor `middle` is in the chain.
  const ChainVerdict verdict = index->judge(keys_of({phone.leaf(), lower.leaf()}), today());
  EXPECT_EQ(verdict.state, RevocationState::revoked);
  EXPECT_EQ(verdict.position, 1U);
}

TEST_F(Index, OfNoListKnowsNothing) {
  EXPECT_EQ(judge(chain_, {}).state, RevocationState::unknown);
  EXPECT_FALSE(judge(chain_, {}).refused);
  EXPECT_EQ(judge({}, {}).state, RevocationState::good);
}

TEST(Audit, FindsAmongTenThousandConnectionsThoseThatRestOnARevokedCertificate) {
  const Identity root = issue({.common_name = "root", .ca = true});
  const Identity good = issue({.common_name = "good", .ca = true}, &root);
  const Identity bad = issue({.common_name = "bad", .ca = true}, &root);
  std::vector<TestEntry> entries{entry_of(bad)};
  for (int i = 0; i < 100'000; ++i) {
    const std::uint8_t octets[] = {1, static_cast<std::uint8_t>(i >> 16), static_cast<std::uint8_t>(i >> 8),
                                   static_cast<std::uint8_t>(i)};
    entries.push_back({base::to_hex(octets)});
  }
  const std::vector<Certificate> authorities{root.leaf()};
  const auto index = RevocationIndex::make(authorities, {make_list({.entries = entries}, root)});
  const auto serial = [](int i) {
    const Asn1IntegerHandle integer(ASN1_INTEGER_new());
    ASN1_INTEGER_set(integer.get(), i);
    return SerialNumber::of(integer.get());
  };
  const IssuerId root_id = IssuerId::of(root.leaf().handle());
  const IssuerId bad_id = IssuerId::of(bad.leaf().handle());
  const SerialNumber bad_serial = SerialNumber::of(X509_get0_serialNumber(bad.leaf().handle()));
  std::vector<ChainKeys> chains;
  for (int i = 0; i < 10'000; ++i) {
    const bool own = i % 1'000 == 1;      // on the list itself
    const bool through = i % 1'000 == 2;  // under a CA that is on the list
    ChainKeys chain{.certificates = {}, .rooted = false, .anchor = std::nullopt};
    if (through) {
      chain.certificates = {{bad_id, serial(i)}, {root_id, bad_serial}};
    } else {
      chain.certificates = {{root_id, serial(own ? 0x0100'0000 + i : i)}};
    }
    chains.push_back(std::move(chain));
  }
  std::vector<AuditedConnection> connections;
  for (std::size_t i = 0; i < chains.size(); ++i) connections.push_back({i, &chains[i]});
  const auto found = find_revoked(*index, connections);
  ASSERT_EQ(found.size(), 20U);
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(found[i].id, i / 2 * 1'000 + 1 + i % 2);
    EXPECT_EQ(found[i].position, i % 2);
  }
}

/// What X509_STORE finds in a chain with CRL_CHECK_ALL, every finding collected.
struct StoreFindings {
  bool revoked = false;
  bool missing = false;
  bool stale = false;
};

int collect(int accepted, X509_STORE_CTX* verification) {
  auto* findings = static_cast<StoreFindings*>(X509_STORE_CTX_get_app_data(verification));
  if (accepted == 1) return 1;
  const int error = X509_STORE_CTX_get_error(verification);
  findings->revoked |= error == X509_V_ERR_CERT_REVOKED;
  findings->missing |= error == X509_V_ERR_UNABLE_TO_GET_CRL;
  findings->stale |= error == X509_V_ERR_CRL_HAS_EXPIRED || error == X509_V_ERR_CRL_NOT_YET_VALID;
  return 1;
}

StoreFindings ask_store(const std::vector<Certificate>& chain, const std::vector<CrlHandle>& lists) {
  const X509StoreHandle store(X509_STORE_new());
  X509_STORE_add_cert(store.get(), chain.back().handle());
  for (const CrlHandle& list : lists) X509_STORE_add_crl(store.get(), list.get());
  X509_STORE_set_flags(store.get(), X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
  const X509StackHandle between(sk_X509_new_null());
  for (std::size_t i = 1; i + 1 < chain.size(); ++i) {
    X509_add_cert(between.get(), chain[i].handle(), X509_ADD_FLAG_UP_REF);
  }
  const std::unique_ptr<X509_STORE_CTX, decltype(&X509_STORE_CTX_free)> verification(X509_STORE_CTX_new(),
                                                                                     X509_STORE_CTX_free);
  StoreFindings findings;
  X509_STORE_CTX_init(verification.get(), store.get(), chain.front().handle(), between.get());
  X509_STORE_CTX_set_app_data(verification.get(), &findings);
  X509_STORE_CTX_set_verify_cb(verification.get(), collect);
  X509_verify_cert(verification.get());
  return findings;
}

struct Generated {
  CrlHandle list;
  const Identity* issuer;
};

/// None, one, or two lists of an issuer that revoke some of `candidates`; the second of two is newer by number and
/// date.
std::vector<Generated> generate_lists(const Identity& issuer, const std::vector<const Identity*>& candidates) {
  std::vector<Generated> lists;
  const int count = *rc::gen::inRange(0, 3);
  const bool stale = count == 1 && *rc::gen::arbitrary<bool>();
  for (int i = 0; i < count; ++i) {
    TestList wanted{.number = 5 + i, .from = hours(-100 + i)};
    if (stale) wanted.until = hours(-1);
    for (const Identity* candidate : candidates) {
      if (*rc::gen::weightedElement<bool>({{3, false}, {1, true}})) {
        wanted.entries.push_back({candidate->leaf().facts().serial, *rc::gen::element(0, 1, 6, 8)});
      }
    }
    // Read again: OpenSSL knows the reasons of entries only of a list it has parsed.
    const base::Bytes der = der_of(sign_list(wanted, issuer));
    const unsigned char* position = der.data();
    lists.push_back(
        {CrlHandle(d2i_X509_CRL(nullptr, &position, static_cast<long>(der.size())), X509_CRL_free), &issuer});
  }
  return lists;
}

RC_GTEST_PROP(IndexProperty, AgreesWithX509StoreOnEveryChain, ()) {
  // Keys are slow to make and do not matter here: one tree serves every run, two of its CAs with one name.
  static const Identity root = issue({.common_name = "root", .ca = true});
  static const std::array middles{issue({.common_name = "middle", .ca = true}, &root),
                                  issue({.common_name = "middle", .ca = true}, &root)};
  static const std::array leaves{issue({.common_name = "a"}, &middles[0]), issue({.common_name = "b"}, &middles[0]),
                                 issue({.common_name = "c"}, &middles[1]), issue({.common_name = "d"}, &root)};
  const bool first = *rc::gen::arbitrary<bool>();
  const Identity& middle = middles[first ? 0 : 1];
  // X509_STORE tells CAs of one name apart by key id only, which these have none of: lists of one of them at a time.
  std::vector<Generated> lists = generate_lists(middle, {&leaves[0], &leaves[1], &leaves[2]});
  for (auto& list : generate_lists(root, {&middles[0], &middles[1], &leaves[3], &root})) lists.push_back(list);

  std::vector<CrlHandle> handles;
  std::vector<Crl> crls;
  for (const Generated& one : lists) {
    handles.push_back(one.list);
    crls.push_back(verified(der_of(one.list), one.issuer->leaf()));
  }
  const std::vector<Certificate> authorities{root.leaf(), middles[0].leaf(), middles[1].leaf()};
  const auto strict = RevocationIndex::make(authorities, crls, {OnDoubt::refuse, OnDoubt::refuse});
  const auto lenient = RevocationIndex::make(authorities, crls);

  std::vector<std::vector<Certificate>> chains{{leaves[3].leaf(), root.leaf()}};
  for (const Identity* leaf : {&leaves[0], &leaves[1], &leaves[2]}) {
    if ((leaf == &leaves[2]) != first) chains.push_back({leaf->leaf(), middle.leaf(), root.leaf()});
  }
  for (const auto& chain : chains) {
    const StoreFindings store = ask_store(chain, handles);
    const ChainKeys keys = keys_of(chain);
    RC_ASSERT((lenient->judge(keys, today()).state == RevocationState::revoked) == store.revoked);
    RC_ASSERT(lenient->judge(keys, today()).refused == store.revoked);
    RC_ASSERT(strict->judge(keys, today()).refused == (store.revoked || store.missing || store.stale));
  }
}

}  // namespace
}  // namespace cadenas::pki
