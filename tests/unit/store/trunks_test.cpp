#include <functional>

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
  const Trunk& kept = *snapshot->trunks.at("carrier");
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

Trunk routed(const std::string& name, std::vector<TrunkRoute> routes) {
  Trunk trunk{name, "192.0.2.7"};
  trunk.routes = std::move(routes);
  return trunk;
}

std::shared_ptr<const base::SecretBytes> secret(std::string_view text) {
  return std::make_shared<const base::SecretBytes>(base::SecretBytes::copy_of(base::as_bytes(text)));
}

// ENC-7: what calls over a trunk need is found again after a restart.
TEST_F(Trunks, KeepWhatCallsNeed) {
  Trunk trunk{"carrier", "192.0.2.7", 0, TrunkTransport::tls, "sbc.example"};
  trunk.send_port = 5071;
  trunk.routes = {{"0", 1}, {"+", 0}};
  trunk.auth_user = "site-7@carrier";
  trunk.auth_password = secret("s3cret");
  trunk.srtp_mode = SrtpMode::only;
  trunk.offer_style = OfferStyle::dtls;
  trunk.verify_server = false;
  trunk.max_calls = 7;
  ASSERT_TRUE(opened()->put_trunk(trunk));
  const auto snapshot = opened()->load();
  const Trunk& kept = *snapshot->trunks.at("carrier");
  EXPECT_EQ(kept.send_port, 5071);
  EXPECT_EQ(kept.routes, (std::vector<TrunkRoute>{{"+", 0}, {"0", 1}}));
  EXPECT_EQ(kept.auth_user, "site-7@carrier");
  EXPECT_EQ(base::as_text(kept.auth_password->view()), "s3cret");
  EXPECT_EQ(kept.srtp_mode, SrtpMode::only);
  EXPECT_EQ(kept.offer_style, OfferStyle::dtls);
  EXPECT_FALSE(kept.verify_server);
  EXPECT_EQ(kept.max_calls, 7U);
}

TEST_F(Trunks, KeepTheirPasswordForTheSameUserOnly) {
  auto database = opened();
  Trunk trunk{"carrier", "192.0.2.7"};
  trunk.auth_user = "site";
  EXPECT_EQ(database->put_trunk(trunk).error().code, "trunk.no-password");
  trunk.auth_password = secret("s3cret");
  ASSERT_TRUE(database->put_trunk(trunk));
  trunk.auth_password = nullptr;
  trunk.max_calls = 5;
  const auto put = database->put_trunk(trunk);
  ASSERT_TRUE(put);
  EXPECT_EQ(base::as_text(put->auth_password->view()), "s3cret");
  trunk.auth_user = "other";
  EXPECT_EQ(database->put_trunk(trunk).error().code, "trunk.no-password");
  trunk.auth_user = "";
  ASSERT_TRUE(database->put_trunk(trunk));
  EXPECT_EQ(database->load()->trunks.at("carrier")->auth_password, nullptr);
}

TEST_F(Trunks, ShareNoPrefix) {
  auto database = opened();
  ASSERT_TRUE(database->put_trunk(routed("a", {{"0", 1}, {"00", 0}})));
  EXPECT_EQ(database->put_trunk(routed("b", {{"1", 0}, {"00", 0}})).error().code, "trunk.prefix-in-use");
  EXPECT_EQ(database->load()->trunks.size(), 1U) << "nothing half-done";
  ASSERT_TRUE(database->put_trunk(routed("a", {{"0", 0}})));
  ASSERT_TRUE(database->put_trunk(routed("b", {{"00", 0}})));
  ASSERT_TRUE(database->remove_trunk("b"));
  ASSERT_TRUE(database->put_trunk(routed("a", {{"00", 2}})));
}

TEST_F(Trunks, AreRefusedWhereCallsCouldNotBeAsDeclared) {
  const auto refused = [&](const std::function<void(Trunk&)>& how, TrunkTransport transport = TrunkTransport::udp) {
    Trunk trunk{"a", "192.0.2.7", 0, transport};
    how(trunk);
    return opened()->put_trunk(trunk).error().code;
  };
  EXPECT_EQ(refused([](Trunk& t) { t.srtp_mode = SrtpMode::preferred; }), "trunk.srtp-without-tls") << "ENC-8";
  EXPECT_EQ(refused([](Trunk& t) { t.srtp_mode = SrtpMode::only; }, TrunkTransport::tcp), "trunk.srtp-without-tls");
  EXPECT_EQ(refused([](Trunk& t) { t.verify_server = false; }), "trunk.verify-without-tls");
  EXPECT_EQ(refused([](Trunk& t) { t.routes = {{"", 0}}; }), "trunk.prefix-invalid");
  EXPECT_EQ(refused([](Trunk& t) { t.routes = {{"0 1", 0}}; }), "trunk.prefix-invalid");
  EXPECT_EQ(refused([](Trunk& t) { t.routes = {{"0", 2}}; }), "trunk.strip-invalid");
  EXPECT_EQ(refused([](Trunk& t) { t.routes = {{"0", 1}, {"0", 0}}; }), "trunk.prefix-repeated");
  EXPECT_EQ(refused([](Trunk& t) { t.auth_user = "a\"b"; }), "trunk.auth-user-invalid");
  EXPECT_EQ(refused([](Trunk& t) { t.max_calls = 0; }), "trunk.max-calls-invalid");
  EXPECT_EQ(refused([](Trunk& t) { t.max_calls = 10'001; }), "trunk.max-calls-invalid");
  EXPECT_EQ(refused([](Trunk& t) {
              t.auth_user = "site";
              t.auth_password = secret(std::string(257, 'x'));
            }),
            "trunk.password-invalid");
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
