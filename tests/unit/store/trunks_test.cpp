#include <gtest/gtest.h>

#include "store/database.hpp"
#include "temporary_database.hpp"

namespace cadenas::store {
namespace {

class Trunks : public TemporaryDatabase {};

// MODE-4: what is declared is found again after a restart, and only what can be a trunk is declared.
TEST_F(Trunks, AreKeptReplacedAndRemoved) {
  ASSERT_TRUE(opened()->put_trunk({"carrier", "192.0.2.7", 0, TrunkTransport::udp, ""}));
  ASSERT_TRUE(opened()->put_trunk({"carrier", "2001:db8::7", 5060, TrunkTransport::tls, "sbc.example"}));
  const auto snapshot = opened()->load();
  ASSERT_TRUE(snapshot);
  ASSERT_EQ(snapshot->trunks.size(), 1U);
  const Trunk& kept = snapshot->trunks.at("carrier");
  EXPECT_EQ(kept.address, "2001:db8::7");
  EXPECT_EQ(kept.port, 5060);
  EXPECT_EQ(kept.transport, TrunkTransport::tls);
  EXPECT_EQ(kept.tls_identity, "sbc.example");
  ASSERT_TRUE(opened()->remove_trunk("carrier"));
  EXPECT_TRUE(opened()->load()->trunks.empty());
  EXPECT_EQ(opened()->remove_trunk("carrier").error().code, "trunk.unknown");
}

TEST_F(Trunks, AreRefusedWithTheReason) {
  const auto refused = [&](Trunk trunk) { return opened()->put_trunk(trunk).error().code; };
  EXPECT_EQ(refused({"", "192.0.2.7", 0, TrunkTransport::udp, ""}), "trunk.name-invalid");
  EXPECT_EQ(refused({"a", "carrier.example", 0, TrunkTransport::udp, ""}), "trunk.address-invalid");
  EXPECT_EQ(refused({"a", "192.0.2.7", 0, TrunkTransport::tcp, "sbc.example"}), "trunk.identity-without-tls");
  EXPECT_EQ(refused({"a", "192.0.2.7", 0, TrunkTransport::tls, "a\nb"}), "trunk.identity-invalid");
  EXPECT_TRUE(opened()->load()->trunks.empty());
}

// CERT-7
TEST_F(Trunks, ShareTheirDatabaseWithTheRulesForCertificatesOfPhones) {
  SystemSettings settings = opened()->load()->settings;
  EXPECT_EQ(settings.phone_certificates, PhoneCertificateRules{});
  settings.phone_certificates = {true, true, true, {"http://ca.example/b.crl", "http://ca.example/a.crl"}};
  ASSERT_TRUE(opened()->change_settings(settings));
  EXPECT_EQ(opened()->load()->settings.phone_certificates, settings.phone_certificates);
  for (const char* uri : {"https://ca.example/a.crl", "http://", "http://a b/", "file:///etc/passwd"}) {
    settings.phone_certificates.crl_uris = {uri};
    EXPECT_EQ(opened()->change_settings(settings).error().code, "settings.crl-uri-invalid") << uri;
  }
  EXPECT_EQ(opened()->load()->settings.phone_certificates.crl_uris.size(), 2U);
}

}  // namespace
}  // namespace cadenas::store
