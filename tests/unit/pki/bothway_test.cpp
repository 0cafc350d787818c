// The refusals of BOTHWAY (MODE-3) and of revocation (CERT-7), over whole handshakes in memory: what the peer sees as
// an alert and what the server says of it are held together.
#include <map>

#include <gtest/gtest.h>

#include "pki/peer_facts.hpp"
#include "pki/peer_refusal.hpp"
#include "pki/revocation_audit.hpp"
#include "pki/tls_context.hpp"
#include "test_ca.hpp"
#include "test_crl.hpp"
#include "tls_pair.hpp"

namespace cadenas::pki {
namespace {

using std::chrono::days;

/// What came of one handshake.
struct Outcome {
  bool connected = false;
  int alert = 0;  ///< the fatal alert that the other side received; 0 for none
  RefusedPeer refused;
  PeerFacts facts;  ///< of the checking side, when connected
};

void keep_alert(const SSL* ssl, int where, int what) {
  if (where == SSL_CB_READ_ALERT) *static_cast<int*>(SSL_get_app_data(ssl)) = what & 0xff;
}

Outcome shake_hands(TlsPair& pair, SSL* checking, SSL* shown) {
  Outcome outcome;
  SSL_set_app_data(shown, &outcome.alert);
  SSL_set_info_callback(shown, keep_alert);
  outcome.connected = pair.handshake();
  char octet = 0;
  if (!outcome.connected) SSL_read(shown, &octet, 1);
  // What a room above does with the queue must not matter.
  ERR_clear_error();
  outcome.refused = read_peer_refusal(checking);
  if (outcome.connected) outcome.facts = read_peer_facts(checking);
  SSL_set_info_callback(shown, nullptr);
  return outcome;
}

/// Phones under one CA that has an intermediate, and a server that demands their certificates.
class Bothway : public testing::TestWithParam<int> {
 protected:
  Bothway() : server_(make_server({})) {}

  std::unique_ptr<TlsServerContext> make_server(TlsServerOptions options) {
    options.client_certificates = options.client_certificates == ClientCertificates::observed
                                      ? ClientCertificates::observed
                                      : ClientCertificates::required;
    if (options.trust_anchors.empty()) options.trust_anchors = {root_.leaf()};
    options.revocation = revocation_;
    return TlsServerContext::make(live(issue({.common_name = "server"})), std::move(options)).value();
  }

  std::unique_ptr<TlsPair> pair_of(TlsServerContext& server, const Identity* phone) {
    const auto own = phone == nullptr ? nullptr : live(with_chain(*phone, phone->chain()));
    const auto context = TlsClientContext::make({.verify_server = false}, own).value();
    SslHandle client = context->new_session({}).value();
    SSL_set_min_proto_version(client.get(), GetParam());
    SSL_set_max_proto_version(client.get(), GetParam());
    return std::make_unique<TlsPair>(server.new_session().value(), std::move(client));
  }

  Outcome connect(const Identity* phone) { return connect(*server_, phone); }
  Outcome connect(TlsServerContext& server, const Identity* phone) {
    const auto pair = pair_of(server, phone);
    return shake_hands(*pair, pair->server(), pair->client());
  }

  void publish(std::vector<Crl> lists, RevocationPolicy policy = {}) {
    const std::vector<Certificate> authorities{root_.leaf(), middle_.leaf()};
    revocation_->store(RevocationIndex::make(authorities, std::move(lists), policy));
  }

  const Identity root_ = issue({.common_name = "root", .ca = true});
  const Identity middle_ = issue({.common_name = "middle", .ca = true}, &root_);
  const Identity phone_ = issue({.common_name = "phone"}, &root_);
  const Identity below_ = with_chain(issue({.common_name = "below"}, &middle_), {middle_.leaf()});
  const std::shared_ptr<LiveRevocation> revocation_ = std::make_shared<LiveRevocation>();
  const std::unique_ptr<TlsServerContext> server_;
};

INSTANTIATE_TEST_SUITE_P(Versions, Bothway, testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         [](const auto& of) { return of.param == TLS1_2_VERSION ? "Tls12" : "Tls13"; });

void expect_refusal(const Outcome& outcome, PeerRefusal reason, int alert, const std::string& code) {
  EXPECT_FALSE(outcome.connected);
  EXPECT_EQ(outcome.refused.reason, reason) << outcome.refused.problem;
  EXPECT_EQ(outcome.alert, alert) << outcome.refused.problem;
  EXPECT_EQ(outcome.refused.error().code, code);
}

TEST_P(Bothway, RefusesPhoneWithoutACertificate) {
  const Outcome outcome = connect(nullptr);
  // RFC 5246 §7.4.6 has handshake_failure where RFC 8446 has certificate_required.
  expect_refusal(outcome, PeerRefusal::no_certificate, GetParam() == TLS1_3_VERSION ? 116 : 40,
                 "tls.client-no-certificate");
  EXPECT_EQ(outcome.refused.subject, "");
}

// MODE-8: the dry run before BOTHWAY is switched on.
TEST_P(Bothway, OnlyNotesWhomItWouldRefuseWhereCertificatesAreObserved) {
  const auto server = make_server({.client_certificates = ClientCertificates::observed});
  publish({make_list({.entries = {entry_of(phone_)}}, root_)});
  const Identity stranger = issue({.common_name = "stranger"});
  const auto refusal_of = [&](const Identity* phone) {
    const Outcome outcome = connect(*server, phone);
    EXPECT_TRUE(outcome.connected);
    EXPECT_TRUE(outcome.facts.judged);
    return outcome.facts.refusal;
  };
  EXPECT_EQ(refusal_of(nullptr), PeerRefusal::no_certificate);
  EXPECT_EQ(refusal_of(&stranger), PeerRefusal::unknown_ca);
  EXPECT_EQ(refusal_of(&phone_), PeerRefusal::revoked);
  EXPECT_EQ(refusal_of(&below_), PeerRefusal::none);
  EXPECT_TRUE(connect(*server, &below_).facts.verified);
  EXPECT_FALSE(connect(*server, &phone_).facts.verified);
  EXPECT_FALSE(connect(*server, &stranger).facts.verified);
}

TEST_P(Bothway, RefusesPhoneWhoseCertificateHasExpired) {
  const Identity expired = issue({.common_name = "old", .from = days(-9), .until = days(-1)}, &root_);
  const Outcome outcome = connect(&expired);
  expect_refusal(outcome, PeerRefusal::not_in_dates, 45, "tls.client-certificate-dates");
  EXPECT_EQ(outcome.refused.subject, "CN=old");
  EXPECT_EQ(outcome.refused.serial, expired.leaf().facts().serial);
  EXPECT_NE(outcome.refused.problem.find("expired"), std::string::npos) << outcome.refused.problem;
}

TEST_P(Bothway, RefusesPhoneWhoseCertificateIsNotYetValid) {
  const Identity early = issue({.common_name = "early", .from = days(1)}, &root_);
  const Outcome outcome = connect(&early);
  expect_refusal(outcome, PeerRefusal::not_in_dates, 45, "tls.client-certificate-dates");
  EXPECT_NE(outcome.refused.problem.find("not yet valid"), std::string::npos) << outcome.refused.problem;
}

TEST_P(Bothway, RefusesPhoneOfAnUnknownCa) {
  const Identity stranger = issue({.common_name = "stranger", .ca = true});
  const Identity phone = issue({.common_name = "phone"}, &stranger);
  expect_refusal(connect(&phone), PeerRefusal::unknown_ca, 48, "tls.client-unknown-ca");
  const Identity alone = issue({.common_name = "alone"});
  expect_refusal(connect(&alone), PeerRefusal::unknown_ca, 48, "tls.client-unknown-ca");
}

TEST_P(Bothway, RefusesPhoneOfACaThatOnlyBearsTheNameOfATrustedOne) {
  const Identity namesake = issue({.common_name = "root", .ca = true});
  const Identity phone = issue({.common_name = "phone"}, &namesake);
  expect_refusal(connect(&phone), PeerRefusal::unknown_ca, 48, "tls.client-unknown-ca");
}

TEST_P(Bothway, RefusesPhoneWhoseCertificateWasRevoked) {
  publish({make_list({.entries = {entry_of(phone_)}}, root_)});
  const Outcome outcome = connect(&phone_);
  expect_refusal(outcome, PeerRefusal::revoked, 44, "tls.client-revoked");
  EXPECT_EQ(outcome.refused.subject, "CN=phone");
  EXPECT_EQ(outcome.refused.serial, phone_.leaf().facts().serial);
  const Identity other = issue({.common_name = "other"}, &root_);
  const Outcome good = connect(&other);
  EXPECT_TRUE(good.connected);
  EXPECT_EQ(good.refused.reason, PeerRefusal::none);
  EXPECT_EQ(good.facts.revocation, RevocationState::good);
}

TEST_P(Bothway, RefusesPhoneWhoseIssuerWasRevoked) {
  publish({make_list({}, root_), make_list({}, middle_)});
  EXPECT_TRUE(connect(&below_).connected);
  publish({make_list({.entries = {entry_of(middle_)}}, root_), make_list({}, middle_)});
  const Outcome outcome = connect(&below_);
  expect_refusal(outcome, PeerRefusal::revoked, 44, "tls.client-revoked");
  EXPECT_EQ(outcome.refused.subject, "CN=below");
  EXPECT_NE(outcome.refused.problem.find("CN=middle"), std::string::npos) << outcome.refused.problem;
}

TEST_P(Bothway, RefusesPhoneUnderATrustedIntermediateThatItsRootRevoked) {
  const auto server = make_server({.trust_anchors = {middle_.leaf()}});
  publish({make_list({}, root_), make_list({}, middle_)});
  const Outcome before = connect(*server, &below_);
  ASSERT_TRUE(before.connected);
  EXPECT_EQ(before.facts.revocation, RevocationState::good);
  publish({make_list({.entries = {entry_of(middle_)}}, root_), make_list({}, middle_)});
  const Outcome outcome = connect(*server, &below_);
  expect_refusal(outcome, PeerRefusal::revoked, 44, "tls.client-revoked");
  EXPECT_NE(outcome.refused.problem.find("CN=middle"), std::string::npos) << outcome.refused.problem;
}

TEST_P(Bothway, GoesByPolicyWhereAListIsMissing) {
  publish({});
  const Outcome warned = connect(&phone_);
  ASSERT_TRUE(warned.connected);
  EXPECT_EQ(warned.facts.revocation, RevocationState::unknown);
  publish({}, {.missing_list = OnDoubt::refuse});
  expect_refusal(connect(&phone_), PeerRefusal::revocation_unknown, 42, "tls.client-revocation-unknown");
}

TEST_P(Bothway, GoesByPolicyWhereAListIsStale) {
  const TestList old{.from = days(-9), .until = days(-2)};
  publish({make_list(old, root_)});
  const Outcome warned = connect(&phone_);
  ASSERT_TRUE(warned.connected);
  EXPECT_EQ(warned.facts.revocation, RevocationState::stale);
  publish({make_list(old, root_)}, {.stale_list = OnDoubt::refuse});
  expect_refusal(connect(&phone_), PeerRefusal::revocation_unknown, 42, "tls.client-revocation-unknown");
  // What an old list says is revoked is revoked, whatever the policy.
  publish({make_list({.entries = {entry_of(phone_)}, .from = days(-9), .until = days(-2)}, root_)});
  expect_refusal(connect(&phone_), PeerRefusal::revoked, 44, "tls.client-revoked");
}

TEST_P(Bothway, ReplacesTheIndexUnderALiveContext) {
  publish({make_list({.number = 1}, root_)});
  const auto pair = pair_of(*server_, &phone_);
  const Outcome before = shake_hands(*pair, pair->server(), pair->client());
  ASSERT_TRUE(before.connected);
  const auto begun = pair_of(*server_, &phone_);  // begun before, verified after
  publish({make_list({.entries = {entry_of(phone_)}, .number = 2}, root_)});
  expect_refusal(shake_hands(*begun, begun->server(), begun->client()), PeerRefusal::revoked, 44, "tls.client-revoked");
  EXPECT_TRUE(pair->says("until the audit closes it"));
  const AuditedConnection live_one{.id = 7, .chain = &before.facts.chain};
  const auto to_close = find_revoked(*revocation_->load(), std::span(&live_one, 1));
  ASSERT_EQ(to_close.size(), 1U);
  EXPECT_EQ(to_close[0].id, 7U);
  EXPECT_EQ(to_close[0].position, 0U);
}

TEST_P(Bothway, KeepsTheChainForTheAuditEvenWhereNoIndexIsInService) {
  const Outcome outcome = connect(&below_);
  ASSERT_TRUE(outcome.connected);
  EXPECT_EQ(outcome.facts.revocation, RevocationState::unknown);
  EXPECT_TRUE(outcome.facts.chain.rooted);
  EXPECT_EQ(outcome.facts.chain.certificates.size(), 3U);
}

TEST_P(Bothway, HoldsDatesAgainstTheClockItWasGiven) {
  base::ManualClock clock(base::SystemClock().now());
  const auto server = make_server({.clock = &clock});
  publish({make_list({.until = days(7)}, root_)}, {.stale_list = OnDoubt::refuse});
  EXPECT_TRUE(connect(*server, &phone_).connected);
  clock.advance(days(8));
  expect_refusal(connect(*server, &phone_), PeerRefusal::revocation_unknown, 42, "tls.client-revocation-unknown");
  clock.advance(days(365));
  expect_refusal(connect(*server, &phone_), PeerRefusal::not_in_dates, 45, "tls.client-certificate-dates");
}

TEST_P(Bothway, SaysOtherForACertificateOfAnotherPurpose) {
  X509* x509 = X509_dup(phone_.leaf().handle());
  const X509Handle owned(x509);
  const X509ExtensionHandle usage(X509V3_EXT_conf_nid(nullptr, nullptr, NID_ext_key_usage, "serverAuth"));
  X509_add_ext(x509, usage.get(), -1);
  ASSERT_GT(X509_sign(x509, root_.key().handle(), EVP_sha256()), 0);
  const Identity server_only = Identity::make(PrivateKey::from_pem(phone_.key().to_pem()->view()).value(),
                                              Certificate::from_x509(X509Handle(X509_dup(x509)).get()).value())
                                   .value();
  expect_refusal(connect(&server_only), PeerRefusal::other, 43, "tls.client-certificate-refused");
}

TEST_P(Bothway, SaysNothingOfTheCertificateWhereTheHandshakeFailedBeforeIt) {
  const auto pair = pair_of(*server_, nullptr);
  SSL_set_cipher_list(pair->client(), "ECDHE-ECDSA-CHACHA20-POLY1305");
  SSL_set_ciphersuites(pair->client(), "TLS_CHACHA20_POLY1305_SHA256");
  const Outcome outcome = shake_hands(*pair, pair->server(), pair->client());
  EXPECT_FALSE(outcome.connected);
  EXPECT_EQ(outcome.alert, 40);
  EXPECT_EQ(outcome.refused.reason, PeerRefusal::none);
}

/// CERT-7: the iPBX as a TLS client.
class RevokedServer : public testing::Test {
 protected:
  Outcome connect(const Identity& server, const std::string& name, std::vector<Crl> lists) {
    revocation_->store(RevocationIndex::make(std::span(&ca_.leaf(), 1), std::move(lists)));
    const auto context = TlsServerContext::make(live(with_chain(server, {}))).value();
    const auto client =
        TlsClientContext::make({.trust_anchors = {ca_.leaf()}, .revocation = revocation_, .clock = &clock_}).value();
    TlsPair pair(context->new_session().value(), client->new_session(name).value());
    return shake_hands(pair, pair.client(), pair.server());
  }

  const Identity ca_ = issue({.common_name = "CA", .ca = true});
  const Identity server_ = issue({.common_name = "192.0.2.1"}, &ca_);
  const std::shared_ptr<LiveRevocation> revocation_ = std::make_shared<LiveRevocation>();
  base::ManualClock clock_{base::SystemClock().now()};
};

TEST_F(RevokedServer, IsNotTalkedTo) {
  const Outcome good = connect(server_, "192.0.2.1", {make_list({}, ca_)});
  ASSERT_TRUE(good.connected);
  EXPECT_EQ(good.facts.revocation, RevocationState::good);
  EXPECT_EQ(good.facts.chain.certificates.size(), 2U);
  expect_refusal(connect(server_, "192.0.2.1", {make_list({.entries = {entry_of(server_)}}, ca_)}),
                 PeerRefusal::revoked, 44, "tls.server-revoked");
}

TEST_F(RevokedServer, IsToldApartFromAServerOfAnotherNameCaOrTime) {
  expect_refusal(connect(server_, "192.0.2.2", {}), PeerRefusal::wrong_name, 42, "tls.server-wrong-name");
  expect_refusal(connect(server_, "pbx.example", {}), PeerRefusal::wrong_name, 42, "tls.server-wrong-name");
  const Identity alone = issue({.common_name = "192.0.2.1"});
  expect_refusal(connect(alone, "192.0.2.1", {}), PeerRefusal::unknown_ca, 48, "tls.server-unknown-ca");
  clock_.advance(days(365));
  expect_refusal(connect(server_, "192.0.2.1", {}), PeerRefusal::not_in_dates, 45, "tls.server-certificate-dates");
}

TEST(PeerRefusal, HasACodeOfItsOwnForEachReasonAndSide) {
  std::map<std::string_view, int> seen;
  for (std::size_t i = 1; i < peer_refusals; ++i) {
    for (const PeerSide side : {PeerSide::client, PeerSide::server}) {
      ++seen[refusal_code(static_cast<PeerRefusal>(i), side)];
    }
  }
  EXPECT_EQ(seen.size(), 2 * (peer_refusals - 1));
  EXPECT_EQ(refusal_code(PeerRefusal::none, PeerSide::client), "");
}

}  // namespace
}  // namespace cadenas::pki
