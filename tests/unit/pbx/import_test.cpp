#include <algorithm>

#include <openssl/pkcs12.h>

#include "../pki/test_ca.hpp"
#include "running_pbx.hpp"
#include "store/licence.hpp"

namespace cadenas::pbx::test {
namespace {

using Kind = PhoneSocket::Kind;

constexpr const char* password = "of the file";

/// CERT-2 to CERT-5 and MODE-7 on an iPBX that runs.
class Import : public RunningPbx {
 protected:
  static base::Bytes file_of(const pki::Identity& leaf, const pki::Identity& ca) {
    const pki::X509StackHandle others(sk_X509_new_null());
    X509_add_cert(others.get(), ca.leaf().handle(), X509_ADD_FLAG_UP_REF);
    const std::unique_ptr<PKCS12, void (*)(PKCS12*)> file(
        PKCS12_create(password, nullptr, leaf.key().handle(), leaf.leaf().handle(), others.get(), 0, 0, 0, 0, 0),
        PKCS12_free);
    base::Bytes octets(static_cast<std::size_t>(i2d_PKCS12(file.get(), nullptr)));
    auto* at = octets.data();
    i2d_PKCS12(file.get(), &at);
    return octets;
  }
  ImportedCertificate import(const base::Bytes& file, std::string_view with = password) {
    return outcome_of<ImportedCertificate>([&](auto done) {
      pbx->import_certificate(file, base::SecretBytes::copy_of(base::as_bytes(with)), std::move(done));
    });
  }
  void unlock() {
    const auto key = store::unlock_key_for(pbx->store().snapshot()->settings.system_id);
    ASSERT_TRUE(outcome_of<base::Result<void>>([&](auto done) { pbx->store().unlock(key, std::move(done)); }));
  }
  static bool has(const ImportedCertificate& done, std::string_view code) {
    return std::any_of(done.findings.begin(), done.findings.end(), [&](const auto& f) { return f.error.code == code; });
  }

  const pki::Identity ca_ = pki::issue({.common_name = "CA of the company", .ca = true});
  const pki::Identity leaf_ = pki::issue({.common_name = "127.0.0.1", .alternative_names = "IP:127.0.0.1"}, &ca_);
};

TEST_F(Import, ServesNewConnectionsAndDropsNone) {
  start();
  unlock();
  add("101", "secret-101");
  auto old_phone = phone(Kind::tls);
  ASSERT_EQ(old_phone.sign_in("101", "secret-101"), 200);
  const auto done = import(file_of(leaf_, ca_));
  ASSERT_TRUE(done.certificate) << done.findings.front().error.message;
  EXPECT_EQ(*done.certificate, leaf_.leaf());
  EXPECT_EQ(phone(Kind::tls).peer_fingerprint(), leaf_.leaf().facts().fingerprint_sha256);
  EXPECT_EQ(old_phone.sign_in("101", "secret-101", 3), 200);
  pbx.reset();
  start();
  EXPECT_EQ(phone(Kind::tls).peer_fingerprint(), leaf_.leaf().facts().fingerprint_sha256);
}

// CERT-4: what is asked of a certificate follows what the system has to serve.
TEST_F(Import, AsksForTheAddressInTheCommonNameOnceA5300PhoneIsDeclared) {
  start();
  unlock();
  const auto named = pki::issue({.common_name = "pbx.example", .alternative_names = "IP:127.0.0.1"}, &ca_);
  EXPECT_FALSE(has(import(file_of(named, ca_)), "cert.ip-not-in-cn"));
  add("530", "secret-530");
  auto phone = *pbx->store().snapshot()->find("530");
  phone.terminal = store::TerminalKind::mivoice5300;
  ASSERT_TRUE(
      outcome_of<base::Result<void>>([&](auto done) { pbx->store().change_subscription(phone, std::move(done)); }));
  const auto refused = import(file_of(named, ca_));
  EXPECT_TRUE(has(refused, "cert.ip-not-in-cn"));
  EXPECT_FALSE(refused.certificate);
}

TEST_F(Import, LeavesTheCertificateBeforeItInServiceWhereAnErrorStands) {
  start();
  const auto before = phone(Kind::tls).peer_fingerprint();
  const auto locked = import(file_of(leaf_, ca_));
  EXPECT_FALSE(locked.certificate);
  EXPECT_TRUE(has(locked, "licence.locked"));
  unlock();
  EXPECT_TRUE(has(import(file_of(leaf_, ca_), "wrong"), "pkcs12.wrong-password"));
  EXPECT_TRUE(has(import(base::Bytes{1, 2, 3}), "pkcs12.unreadable"));
  const auto elsewhere = pki::issue({.common_name = "192.0.2.77", .alternative_names = "IP:192.0.2.77"}, &ca_);
  EXPECT_TRUE(has(import(file_of(elsewhere, ca_)), "cert.wrong-address"));
  EXPECT_EQ(phone(Kind::tls).peer_fingerprint(), before);
  EXPECT_NE(before, elsewhere.leaf().facts().fingerprint_sha256);
}

TEST_F(Import, WaitsInNoTlsForTheModeThatShowsIt) {
  start(store::TransportMode::no_tls);
  unlock();
  ASSERT_TRUE(import(file_of(leaf_, ca_)).certificate);
  EXPECT_FALSE(pbx->certificate());
  ASSERT_TRUE(set_mode(store::TransportMode::pbx_cert));
  EXPECT_EQ(phone(Kind::tls).peer_fingerprint(), leaf_.leaf().facts().fingerprint_sha256);
}

}  // namespace
}  // namespace cadenas::pbx::test
