#include <algorithm>
#include <atomic>
#include <fstream>
#include <thread>

#include "../pki/test_ca.hpp"
#include "running_pbx.hpp"
#include "store/licence.hpp"

namespace cadenas::pbx::test {
namespace {

using Kind = PhoneSocket::Kind;
using Mode = store::TransportMode;

/// The real clock, whose calendar the test moves.
class MovedClock final : public base::Clock {
 public:
  base::SteadyTime steady() const override { return system_.steady(); }
  base::WallTime now() const override { return system_.now() + offset_.load(); }
  void move(base::Millis by) { offset_ = offset_.load() + by; }

 private:
  base::SystemClock system_;
  std::atomic<base::Millis> offset_{base::Millis{0}};
};

class CertificateLife : public RunningPbx {
 protected:
  ~CertificateLife() override { pbx.reset(); }

  void start_moved(Mode mode = Mode::pbx_cert) {
    auto wanted = configuration(mode);
    wanted.renewal_interval = base::Millis{20};
    wanted.alarm_interval = base::Millis{20};
    pbx = Pbx::create(std::move(wanted), moved_).value();
    const auto started = pbx->start();
    ASSERT_TRUE(started) << started.error().message;
  }
  /// Whether it comes true; the looks of the iPBX are what is waited for.
  template <class Condition>
  static bool comes_true(Condition condition) {
    for (int look = 0; look < 2'000 && !condition(); ++look) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    return condition();
  }
  bool stands(std::string_view alarm) const {
    const auto view = pbx->alarms();
    return std::any_of(view->active.begin(), view->active.end(),
                       [&](const auto& one) { return one.condition.code == alarm; });
  }
  bool finds(std::string_view code) const {
    const auto findings = pbx->health().findings;
    return std::any_of(findings.begin(), findings.end(), [&](const auto& one) { return one.code == code; });
  }
  void lay(const pki::Identity& identity) const {
    std::filesystem::create_directories(directory_ / "identity");
    ASSERT_TRUE(identity.key().save(directory_ / "identity" / "key.pem"));
    std::ofstream(directory_ / "identity" / "cert.pem") << identity.leaf().to_pem();
  }
  void choose_bothway() {
    const auto loaded = outcome_of<base::Result<std::vector<pki::Finding>>>(
        [&](auto done) { pbx->load_phone_authorities(ca_.leaf().to_pem(), std::move(done)); });
    ASSERT_TRUE(loaded) << loaded.error().message;
    ASSERT_TRUE(set_mode(Mode::bothway));
  }

  const pki::Identity ca_ = pki::issue({.common_name = "CA", .ca = true});
  MovedClock moved_;
};

// CERT-1: the daily look, and no connection that drops.
TEST_F(CertificateLife, RenewsFourteenDaysBeforeTheEndWhileConnectionsStay) {
  start_moved();
  add("101", "secret-101");
  auto old_phone = phone(Kind::tls);
  ASSERT_EQ(old_phone.sign_in("101", "secret-101"), 200);
  const auto first = *pbx->certificate();
  moved_.move(std::chrono::days(365 - 14) - std::chrono::hours(1));
  // The settings taken anew are a look as well: it finds nothing due.
  ASSERT_TRUE(outcome_of<base::Result<void>>(
      [&](auto done) { pbx->change_settings(pbx->store().snapshot()->settings, std::move(done)); }));
  EXPECT_EQ(*pbx->certificate(), first);
  moved_.move(std::chrono::hours(2));
  ASSERT_TRUE(comes_true([&] { return !(*pbx->certificate() == first); }));
  EXPECT_EQ(pbx->certificate()->state(moved_.now()), pki::CertificateState::valid);
  EXPECT_EQ(phone(Kind::tls).peer_fingerprint(), pbx->certificate()->facts().fingerprint_sha256);
  EXPECT_EQ(old_phone.sign_in("101", "secret-101", 3), 200);
}

// CERT-8: one from elsewhere is told of and never replaced.
TEST_F(CertificateLife, FollowsAnImportedCertificateToItsEnd) {
  const auto leaf = pki::issue({.common_name = "127.0.0.1", .alternative_names = "IP:127.0.0.1"}, &ca_);
  lay(leaf);
  start_moved();
  EXPECT_FALSE(stands("certificate.expiring"));
  moved_.move(std::chrono::days(20));
  EXPECT_TRUE(comes_true([&] { return stands("certificate.expiring") && finds("cert.expiring"); }));
  moved_.move(std::chrono::days(11));
  EXPECT_TRUE(comes_true([&] { return stands("certificate.expired") && finds("cert.expired"); }));
  EXPECT_EQ(*pbx->certificate(), leaf.leaf());
  EXPECT_EQ(phone(Kind::tls).peer_fingerprint(), leaf.leaf().facts().fingerprint_sha256);
}

struct Trouble {
  const char* name;
  const char* code;
  void (*make)(const std::filesystem::path& identity);
};

/// MODE-6: every way to have no certificate in BOTHWAY.
class WithoutACertificate : public CertificateLife, public testing::WithParamInterface<Trouble> {};

TEST_P(WithoutACertificate, BothwayOpensNothingAndSaysSoUntilOneIsMade) {
  lay(pki::issue({.common_name = "127.0.0.1", .alternative_names = "IP:127.0.0.1"}, &ca_));
  start_moved();
  choose_bothway();
  pbx.reset();
  GetParam().make(directory_ / "identity");
  start_moved();
  EXPECT_TRUE(pbx->health().listening.empty());
  EXPECT_EQ(pbx->health().mode, Mode::bothway);
  EXPECT_FALSE(pbx->certificate());
  EXPECT_TRUE(finds(GetParam().code));
  EXPECT_TRUE(comes_true([&] { return stands("bothway.no-certificate"); }));
  const auto made =
      outcome_of<base::Result<pki::Certificate>>([&](auto done) { pbx->regenerate_certificate(std::move(done)); });
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_TRUE(address(sip::Transport::tls).is_set());
  EXPECT_FALSE(finds(GetParam().code));
  EXPECT_TRUE(comes_true([&] { return !stands("bothway.no-certificate"); }));
}

INSTANTIATE_TEST_SUITE_P(
    CertificateLife, WithoutACertificate,
    testing::Values(
        Trouble{"CorruptCertificate", "identity.unreadable",
                [](const std::filesystem::path& at) { std::ofstream(at / "cert.pem") << "no certificate"; }},
        Trouble{"CorruptKey", "identity.unreadable",
                [](const std::filesystem::path& at) { std::ofstream(at / "key.pem") << "no key"; }},
        Trouble{"MissingKey", "identity.unreadable",
                [](const std::filesystem::path& at) { std::filesystem::remove(at / "key.pem"); }},
        Trouble{"KeyOfAnother", "identity.key-mismatch",
                [](const std::filesystem::path& at) {
                  ASSERT_TRUE(pki::PrivateKey::generate(pki::KeyAlgorithm::ecdsa_p256)->save(at / "key.pem"));
                }}),
    [](const auto& trouble) { return trouble.param.name; });

TEST_F(CertificateLife, BothwayWithAnExpiredCertificateIsNotSilent) {  // MODE-6, RIGHT-6
  lay(pki::issue({.common_name = "127.0.0.1", .alternative_names = "IP:127.0.0.1"}, &ca_));
  start_moved();
  choose_bothway();
  moved_.move(std::chrono::days(31));
  EXPECT_TRUE(comes_true([&] { return stands("certificate.expired") && finds("cert.expired"); }));
}

TEST_F(CertificateLife, BothwayWithoutTheCasOfPhonesOpensNothingAndSaysSo) {  // MODE-6
  start_moved();
  choose_bothway();
  pbx.reset();
  std::filesystem::remove_all(directory_ / "identity" / "phone-ca");
  start_moved();
  EXPECT_TRUE(pbx->health().listening.empty());
  EXPECT_TRUE(finds("mode.no-phone-ca"));
  EXPECT_TRUE(comes_true([&] { return stands("bothway.no-certificate"); }));
}

TEST_F(CertificateLife, SaysThatACertificateCouldNotBeMade) {  // CERT-12, MODE-6
  std::ofstream(directory_ / "identity") << "a file where the directory should be";
  start_moved();
  EXPECT_TRUE(pbx->health().listening.empty());
  EXPECT_TRUE(finds("file.write-failed"));
  EXPECT_TRUE(comes_true([&] { return stands("certificate.missing"); }));
}

}  // namespace
}  // namespace cadenas::pbx::test
