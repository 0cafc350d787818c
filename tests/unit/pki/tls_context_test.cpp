#include "pki/tls_context.hpp"

#include <gtest/gtest.h>

#include "pki/peer_facts.hpp"
#include "pki/self_signed.hpp"
#include "test_ca.hpp"
#include "tls_pair.hpp"

namespace cadenas::pki {
namespace {

using std::chrono::days;

/// One RSA key for all tests: making one takes long.
std::shared_ptr<LiveIdentity> self_signed(SignatureHash hash = SignatureHash::sha256) {
  const auto make = [](SignatureHash wanted) {
    return std::make_shared<const Identity>(
        make_self_signed({.tel_address = "192.0.2.10", .other_addresses = {}, .host_names = {"pbx.example"}},
                         base::SystemClock().now(), {.hash = wanted})
            .value());
  };
  static const auto sha256 = make(SignatureHash::sha256);
  static const auto sha1 = make(SignatureHash::sha1);
  return std::make_shared<LiveIdentity>(hash == SignatureHash::sha1 ? sha1 : sha256);
}

std::unique_ptr<TlsServerContext> serve(std::shared_ptr<const LiveIdentity> identity, TlsServerOptions options = {}) {
  auto context = TlsServerContext::make(std::move(identity), std::move(options));
  if (!context) throw std::runtime_error(context.error().message);
  return std::move(*context);
}

std::unique_ptr<TlsClientContext> trusting_all(TlsCompatibility compatibility = TlsCompatibility::modern,
                                               std::shared_ptr<const LiveIdentity> identity = nullptr) {
  return TlsClientContext::make({.compatibility = compatibility, .verify_server = false, .trust_anchors = {}},
                                std::move(identity))
      .value();
}

std::unique_ptr<TlsClientContext> trusting(std::vector<Certificate> anchors) {
  return TlsClientContext::make({.trust_anchors = std::move(anchors)}).value();
}

/// A client of the test's own, set up by OpenSSL's calls alone, as an old phone would be.
SslHandle phone(int version, const char* suites) {
  const SslContextHandle context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_min_proto_version(context.get(), version);
  SSL_CTX_set_max_proto_version(context.get(), version);
  if (SSL_CTX_set_cipher_list(context.get(), suites) != 1) throw std::runtime_error(suites);
  SslHandle session(SSL_new(context.get()));
  SSL_set_connect_state(session.get());
  return session;
}

bool connects(TlsServerContext& server, SslHandle client, PeerFacts* seen = nullptr) {
  TlsPair pair(server.new_session().value(), std::move(client));
  const bool done = pair.handshake();
  if (done && seen != nullptr) *seen = read_peer_facts(pair.server());
  return done;
}

bool connects(TlsServerContext& server, const TlsClientContext& client, const std::string& name = {}) {
  return connects(server, client.new_session(name).value());
}

TEST(TlsServer, SpeaksTls13WithTheSettingsOfBsiAndAnssi) {
  const auto server = serve(self_signed());
  PeerFacts seen;
  ASSERT_TRUE(connects(*server, trusting_all()->new_session("pbx.example").value(), &seen));
  EXPECT_EQ(seen.version, "TLSv1.3");
  EXPECT_EQ(seen.cipher, "TLS_AES_256_GCM_SHA384");
  EXPECT_EQ(seen.group, "x25519");
  EXPECT_FALSE(seen.certificate);
  EXPECT_FALSE(seen.verified);
}

TEST(TlsServer, SpeaksTls12ToPhonesThatKnowNothingNewer) {
  const auto server = serve(self_signed());
  PeerFacts seen;
  ASSERT_TRUE(connects(*server, phone(TLS1_2_VERSION, "DEFAULT"), &seen));
  EXPECT_EQ(seen.version, "TLSv1.2");
  EXPECT_EQ(seen.cipher, "ECDHE-RSA-AES256-GCM-SHA384");
}

TEST(TlsServer, RefusesTls11AndTls10ByDefault) {
  for (const auto compatibility : {TlsCompatibility::modern, TlsCompatibility::tls12_phones}) {
    const auto server = serve(self_signed(), {.compatibility = compatibility});
    EXPECT_FALSE(connects(*server, phone(TLS1_1_VERSION, "ALL:@SECLEVEL=0")));
    EXPECT_FALSE(connects(*server, phone(TLS1_VERSION, "ALL:@SECLEVEL=0")));
  }
}

TEST(TlsServer, AcceptsTls10BehindTheSwitchForOldPhones) {
  for (const auto hash : {SignatureHash::sha256, SignatureHash::sha1}) {
    const auto server = serve(self_signed(hash), {.compatibility = TlsCompatibility::tls10_phones});
    PeerFacts seen;
    ASSERT_TRUE(connects(*server, phone(TLS1_VERSION, "ALL:@SECLEVEL=0"), &seen));
    EXPECT_EQ(seen.version, "TLSv1");
    EXPECT_TRUE(connects(*server, phone(TLS1_1_VERSION, "AES128-SHA:@SECLEVEL=0")));
    EXPECT_TRUE(connects(*server, *trusting_all()));
  }
}

// A SHA-1 self-signed certificate may be served without any other concession (DOMAIN §7.2).
TEST(TlsServer, ServesASelfSignedSha1CertificateOverModernTls) {
  const auto server = serve(self_signed(SignatureHash::sha1));
  EXPECT_TRUE(connects(*server, *trusting_all()));
  EXPECT_TRUE(connects(*server, phone(TLS1_2_VERSION, "DEFAULT")));
}

TEST(TlsServer, RefusesWeakSuites) {
  const auto modern = serve(self_signed());
  const auto phones = serve(self_signed(), {.compatibility = TlsCompatibility::tls12_phones});
  const auto old = serve(self_signed(), {.compatibility = TlsCompatibility::tls10_phones});
  struct Row {
    const char* suite;
    bool modern, phones, old;
  };
  for (const Row& row :
       {Row{"ECDHE-RSA-AES128-GCM-SHA256", true, true, true}, Row{"ECDHE-RSA-AES128-SHA256", false, true, true},
        Row{"ECDHE-RSA-AES256-SHA384", false, true, true}, Row{"ECDHE-RSA-AES128-SHA", false, false, true},
        Row{"AES128-SHA", false, false, true}, Row{"AES128-GCM-SHA256", false, false, false},
        Row{"DHE-RSA-AES128-GCM-SHA256", false, false, false}, Row{"ECDHE-RSA-CAMELLIA128-SHA256", false, false, false},
        Row{"AECDH-AES128-SHA", false, false, false}, Row{"ECDHE-RSA-NULL-SHA", false, false, false}}) {
    const std::string suite = std::string(row.suite) + ":@SECLEVEL=0";
    EXPECT_EQ(connects(*modern, phone(TLS1_2_VERSION, suite.c_str())), row.modern) << row.suite;
    EXPECT_EQ(connects(*phones, phone(TLS1_2_VERSION, suite.c_str())), row.phones) << row.suite;
    EXPECT_EQ(connects(*old, phone(TLS1_2_VERSION, suite.c_str())), row.old) << row.suite;
  }
}

TEST(TlsServer, RefusesWeakGroups) {
  const auto server = serve(self_signed());
  SslHandle client = phone(TLS1_3_VERSION, "DEFAULT");
  SSL_set1_groups_list(client.get(), "ffdhe2048");
  EXPECT_FALSE(connects(*server, std::move(client)));
  client = phone(TLS1_2_VERSION, "ALL:@SECLEVEL=0");
  SSL_set1_groups_list(client.get(), "P-224");
  EXPECT_FALSE(connects(*server, std::move(client)));
}

TEST(TlsServer, DoesNotRenegotiate) {
  const auto server = serve(self_signed());
  TlsPair pair(server->new_session().value(), phone(TLS1_2_VERSION, "DEFAULT"));
  ASSERT_TRUE(pair.handshake());
  ASSERT_EQ(SSL_renegotiate(pair.client()), 1);
  bool renegotiated = false;
  for (int turn = 0; turn < 5 && !renegotiated; ++turn) {
    renegotiated = SSL_do_handshake(pair.client()) == 1;
    char byte = 0;
    SSL_read(pair.server(), &byte, 1);
  }
  EXPECT_FALSE(renegotiated);
}

// Issue 2 part 6: the live certificate is swapped without dropping a connection.
TEST(TlsServer, ShowsTheNewCertificateAfterEachOfFiftySwapsAndDropsNobody) {
  const auto identity = live(issue({.common_name = "generation 0"}));
  const auto server = serve(identity);
  const auto client = trusting_all();
  std::vector<std::unique_ptr<TlsPair>> connections;
  const auto connect = [&] {
    connections.push_back(std::make_unique<TlsPair>(server->new_session().value(), client->new_session({}).value()));
  };
  for (int swap = 1; swap <= 50; ++swap) {
    connect();  // begun before the swap, finished after it: keeps the certificate it began with
    const auto next = std::make_shared<const Identity>(issue({.common_name = "generation " + std::to_string(swap)}));
    identity->replace(next);
    ASSERT_EQ(identity->generation(), static_cast<std::uint64_t>(swap) + 1);
    ASSERT_TRUE(connections.back()->handshake());
    EXPECT_EQ(read_peer_facts(connections.back()->client()).certificate->facts().common_name,
              "generation " + std::to_string(swap - 1));
    connect();
    ASSERT_TRUE(connections.back()->handshake());
    EXPECT_EQ(read_peer_facts(connections.back()->client()).certificate->facts().serial, next->leaf().facts().serial);
  }
  for (const auto& connection : connections) EXPECT_TRUE(connection->says("still here"));
}

// A CA-signed SHA-1 certificate cannot be served at security level 2 (DOMAIN §7.2).
TEST(TlsServer, KeepsTheOldCertificateWhenTheNewOneCannotBeServed) {
  const auto identity = live(issue({.common_name = "good"}));
  const auto server = serve(identity);
  const Identity ca = issue({.common_name = "CA", .ca = true});
  identity->replace(std::make_shared<const Identity>(issue({.common_name = "weak", .hash = EVP_sha1()}, &ca)));
  TlsPair pair(server->new_session().value(), trusting_all()->new_session({}).value());
  ASSERT_TRUE(pair.handshake());
  EXPECT_EQ(read_peer_facts(pair.client()).certificate->facts().common_name, "good");
  for (int again = 0; again < 2; ++again) {
    const auto refused = server->refresh();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "tls.context-failed");
    EXPECT_NE(refused.error().message.find("CN=weak"), std::string::npos);
  }
  identity->replace(std::make_shared<const Identity>(issue({.common_name = "better"})));
  EXPECT_TRUE(server->refresh());
}

TEST(TlsServer, SendsTheChainOfItsIdentity) {
  const Identity root = issue({.common_name = "root", .ca = true});
  const Identity middle = issue({.common_name = "middle", .ca = true}, &root);
  Identity leaf = issue({.common_name = "192.0.2.10"}, &middle);
  const Certificate certificate = leaf.leaf();
  const auto key = PrivateKey::from_pem(leaf.key().to_pem()->view());
  ASSERT_TRUE(key);
  const auto bare = serve(live(std::move(leaf)));
  const auto whole = serve(
      live(Identity::make(PrivateKey::from_pem(key->to_pem()->view()).value(), certificate, {middle.leaf()}).value()));
  EXPECT_FALSE(connects(*bare, *trusting({root.leaf()}), "192.0.2.10"));
  EXPECT_TRUE(connects(*whole, *trusting({root.leaf()}), "192.0.2.10"));
  EXPECT_TRUE(connects(*bare, *trusting({middle.leaf()}), "192.0.2.10"));  // an intermediate as anchor
}

TEST(TlsServer, ResumesByTicketAndKeepsNothing) {
  for (const unsigned tickets : {0U, 1U}) {
    const auto server = serve(self_signed(), {.tickets = tickets});
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
      TlsPair first(server->new_session().value(), phone(version, "DEFAULT"));
      ASSERT_TRUE(first.handshake());
      SSL_SESSION* session = SSL_get1_session(first.client());
      SslHandle client = phone(version, "DEFAULT");
      SSL_set_session(client.get(), session);
      SSL_SESSION_free(session);
      SSL_CTX* context = SSL_get_SSL_CTX(first.server());
      PeerFacts seen;
      ASSERT_TRUE(connects(*server, std::move(client), &seen));
      EXPECT_EQ(seen.resumed, tickets == 1) << seen.version;
      EXPECT_EQ(SSL_CTX_sess_number(context), 0);
    }
  }
}

// MODE-3.
TEST(TlsServer, DemandsACertificateUnderItsAnchorsInBothway) {
  const Identity ca = issue({.common_name = "phones", .ca = true});
  const Identity other = issue({.common_name = "others", .ca = true});
  const auto server =
      serve(self_signed(), {.client_certificates = ClientCertificates::required, .trust_anchors = {ca.leaf()}});
  const auto try_with = [&](std::shared_ptr<const LiveIdentity> own, PeerFacts* seen = nullptr) {
    return connects(*server, trusting_all(TlsCompatibility::modern, std::move(own))->new_session({}).value(), seen);
  };
  PeerFacts seen;
  const auto good = live(issue({.common_name = "phone 1"}, &ca));
  ASSERT_TRUE(try_with(good, &seen));
  EXPECT_TRUE(seen.verified);
  EXPECT_EQ(seen.verify_problem, "");
  EXPECT_EQ(*seen.certificate, good->current()->leaf());
  EXPECT_FALSE(try_with(nullptr));
  EXPECT_FALSE(try_with(live(issue({.common_name = "phone 2"}, &other))));
  EXPECT_FALSE(try_with(live(issue({.common_name = "phone 3"}))));
  EXPECT_FALSE(try_with(live(issue({.common_name = "old", .from = days(-9), .until = days(-1)}, &ca))));
  EXPECT_FALSE(try_with(live(issue({.common_name = "early", .from = days(1)}, &ca))));
}

TEST(TlsServer, RefusesBothwayWithoutAnAnchorAndKeepsServing) {
  const auto server = serve(self_signed());
  const auto refused = server->reconfigure({.client_certificates = ClientCertificates::required});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "tls.no-trust-anchor");
  EXPECT_TRUE(connects(*server, *trusting_all()));
}

TEST(TlsServer, ChangesItsOptionsForConnectionsToCome) {
  const auto server = serve(self_signed());
  EXPECT_FALSE(connects(*server, phone(TLS1_VERSION, "ALL:@SECLEVEL=0")));
  ASSERT_TRUE(server->reconfigure({.compatibility = TlsCompatibility::tls10_phones}));
  EXPECT_TRUE(connects(*server, phone(TLS1_VERSION, "ALL:@SECLEVEL=0")));
}

// DOMAIN §7.2: SAN iPAddress, else the CN; host names by SAN.
TEST(TlsClient, ChecksTheNameItDialled) {
  const Identity ca = issue({.common_name = "CA", .ca = true});
  const auto client = trusting({ca.leaf()});
  const auto by_san =
      serve(live(issue({.common_name = "x", .alternative_names = "IP:192.0.2.1,DNS:pbx.example"}, &ca)));
  EXPECT_TRUE(connects(*by_san, *client, "192.0.2.1"));
  EXPECT_TRUE(connects(*by_san, *client, "pbx.example"));
  EXPECT_TRUE(connects(*by_san, *client));
  EXPECT_FALSE(connects(*by_san, *client, "192.0.2.2"));
  EXPECT_FALSE(connects(*by_san, *client, "other.example"));
  const auto by_common_name = serve(live(issue({.common_name = "192.0.2.1"}, &ca)));
  EXPECT_TRUE(connects(*by_common_name, *client, "192.0.2.1"));
  EXPECT_FALSE(connects(*by_common_name, *client, "192.0.2.2"));
}

TEST(TlsClient, RefusesAServerItHasNoReasonToTrust) {
  const Identity ca = issue({.common_name = "CA", .ca = true});
  const auto server = serve(self_signed());
  EXPECT_FALSE(connects(*server, *trusting({ca.leaf()}), "192.0.2.10"));
  // The CN fallback forgives the name, never the chain.
  const auto impostor = serve(live(issue({.common_name = "192.0.2.10"})));
  EXPECT_FALSE(connects(*impostor, *trusting({ca.leaf()}), "192.0.2.10"));
  const auto expired = serve(live(issue({.common_name = "192.0.2.10", .from = days(-9), .until = days(-1)}, &ca)));
  EXPECT_FALSE(connects(*expired, *trusting({ca.leaf()}), "192.0.2.10"));
  EXPECT_FALSE(TlsClientContext::make({}));
}

// CERT-6: encrypted, and said not to be authenticated.
TEST(TlsClient, SaysThatASelfSignedServerIsNotVerified) {
  const auto server = serve(self_signed());
  TlsPair pair(server->new_session().value(), trusting_all()->new_session("192.0.2.10").value());
  ASSERT_TRUE(pair.handshake());
  const PeerFacts seen = read_peer_facts(pair.client());
  EXPECT_EQ(seen.certificate->facts().common_name, "192.0.2.10");
  EXPECT_FALSE(seen.verified);
  EXPECT_NE(seen.verify_problem, "");
}

}  // namespace
}  // namespace cadenas::pki
