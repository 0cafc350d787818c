#include <algorithm>
#include <map>
#include <thread>

#include "../pki/test_crl.hpp"
#include "running_pbx.hpp"

namespace cadenas::pbx::test {
namespace {

using Kind = PhoneSocket::Kind;
using Mode = store::TransportMode;

/// Mutual TLS on an iPBX that runs: MODE-3 to MODE-8, CERT-7.
class BothwayPbx : public RunningPbx {
 protected:
  void start_with_authority(Mode mode = Mode::pbx_cert) {
    start();
    for (const char* number : {"101", "102", "103", "104"}) add(number, "secret");
    const auto loaded = load(ca_.leaf().to_pem());
    ASSERT_TRUE(loaded) << loaded.error().message;
    ASSERT_TRUE(set_mode(mode));
  }
  base::Result<std::vector<pki::Finding>> load(const std::string& pem) {
    return outcome_of<base::Result<std::vector<pki::Finding>>>(
        [&](auto done) { pbx->load_phone_authorities(pem, std::move(done)); });
  }
  base::Result<std::vector<pki::CrlFacts>> add_list(const base::Bytes& list) {
    return outcome_of<base::Result<std::vector<pki::CrlFacts>>>(
        [&](auto done) { pbx->add_revocation_lists(list, std::move(done)); });
  }
  BothwayRehearsal rehearse() {
    return outcome_of<BothwayRehearsal>([&](auto done) { pbx->rehearse_bothway(std::move(done)); });
  }
  void declare(const store::Trunk& trunk) {
    ASSERT_TRUE(outcome_of<base::Result<void>>([&](auto done) { pbx->store().put_trunk(trunk, std::move(done)); }));
  }
  void change(const std::function<void(store::SystemSettings&)>& how) {
    auto settings = pbx->store().snapshot()->settings;
    how(settings);
    ASSERT_TRUE(outcome_of<base::Result<void>>([&](auto done) { pbx->change_settings(settings, std::move(done)); }));
  }
  template <class Condition>
  static bool comes_true(Condition condition) {
    for (int look = 0; look < 2'000; ++look) {
      if (condition()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }
  /// The refusal of that code, waited for: the phone may have read its alert before the iPBX noted why.
  const Refusal* refusal(const std::string& code) {
    const Refusal* found = nullptr;
    comes_true([&] {
      refusals_ = pbx->refusals();
      const auto at =
          std::find_if(refusals_.begin(), refusals_.end(), [&](const Refusal& r) { return r.code == code; });
      found = at == refusals_.end() ? nullptr : &*at;
      return found != nullptr;
    });
    return found;
  }

  const pki::Identity ca_ = pki::issue({.common_name = "phones", .ca = true});
  const pki::Identity phone_ = pki::issue({.common_name = "101"}, &ca_);
  const pki::Identity stranger_ = pki::issue({.common_name = "101"});
  const pki::Identity expired_ =
      pki::issue({.common_name = "101", .from = std::chrono::days(-9), .until = std::chrono::days(-2)}, &ca_);

 private:
  std::vector<Refusal> refusals_;
};

// MODE-3: a browser is a phone like others.
TEST_F(BothwayPbx, TakesBrowsersThatShowACertificateOnly) {
  start_with_authority(Mode::bothway);
  EXPECT_EQ(phone(Kind::wss, &phone_).sign_in("101", "secret"), 200);
  EXPECT_EQ(phone(Kind::wss).sign_in("102", "secret"), 0);
  ASSERT_NE(refusal("tls.client-no-certificate"), nullptr);
  EXPECT_EQ(refusal("tls.client-no-certificate")->transport, sip::Transport::wss);
}

TEST_F(BothwayPbx, RehearsalSaysOfABrowserWhatItLacks) {
  start_with_authority();
  auto with = phone(Kind::wss, &phone_);
  auto without = phone(Kind::wss);
  ASSERT_EQ(with.sign_in("101", "secret"), 200);
  ASSERT_EQ(without.sign_in("102", "secret"), 200);
  const auto rehearsal = rehearse();
  EXPECT_EQ(rehearsal.safe, 1U);
  ASSERT_EQ(rehearsal.dark.size(), 1U);
  EXPECT_EQ(rehearsal.dark[0].number + " " + rehearsal.dark[0].code, "102 tls.client-no-certificate");
}

// MODE-3: each reason told apart in counters and API.
TEST_F(BothwayPbx, TakesPhonesUnderALoadedCaOnlyAndSaysWhyNotTheOthers) {
  start_with_authority(Mode::bothway);
  auto good = phone(Kind::tls, &phone_);
  EXPECT_EQ(good.sign_in("101", "secret"), 200);
  EXPECT_EQ(phone(Kind::tls).sign_in("101", "secret"), 0);
  EXPECT_EQ(phone(Kind::tls, &stranger_).sign_in("101", "secret"), 0);
  EXPECT_EQ(phone(Kind::tls, &expired_).sign_in("101", "secret"), 0);
  for (const char* code : {"tls.client-no-certificate", "tls.client-unknown-ca", "tls.client-certificate-dates"}) {
    ASSERT_NE(refusal(code), nullptr) << code;
    EXPECT_EQ(refusal(code)->address, "127.0.0.1");
    EXPECT_EQ(refusal(code)->count, 1U);
  }
  EXPECT_EQ(refusal("tls.client-certificate-dates")->subject, "CN=101");
  std::map<std::string, std::uint64_t> counted;
  for (const auto& sample : pbx->counters()) {
    if (sample.name == "cadenas_sip_tls_clients_refused_total") counted[sample.labels] = sample.value;
  }
  EXPECT_EQ(counted["reason=\"tls.client-no-certificate\""], 1U);
  EXPECT_EQ(counted["reason=\"tls.client-unknown-ca\""], 1U);
  EXPECT_EQ(counted["reason=\"tls.client-certificate-dates\""], 1U);
  EXPECT_EQ(counted["reason=\"tls.client-revoked\""], 0U);
}

// MODE-4: 5060 is for declared trunks.
TEST_F(BothwayPbx, HearsUdpAndTcpFromDeclaredTrunksOnly) {
  start_with_authority(Mode::bothway);
  auto udp = phone(Kind::udp);
  auto tcp = phone(Kind::tcp);
  udp.say(udp.request("102", 1, {}));
  tcp.say(tcp.request("103", 1, {}));
  ASSERT_TRUE(comes_true([&] { return counter("cadenas_bothway_not_heard_total") == 2; }));
  declare({"carrier", "127.0.0.1", 0, store::TrunkTransport::udp, ""});
  EXPECT_EQ(udp.sign_in("102", "secret", 5), 200) << "the first thing heard is the challenge of the second request";
  tcp.say(tcp.request("103", 2, {}));
  ASSERT_TRUE(comes_true([&] { return counter("cadenas_bothway_not_heard_total") == 3; }));
  ASSERT_NE(refusal("mode.not-a-trunk"), nullptr);
  EXPECT_EQ(registrations().size(), 1U);
}

TEST_F(BothwayPbx, HearsATlsTrunkUnderItsDeclaredNameOnly) {
  start_with_authority(Mode::bothway);
  declare({"carrier", "127.0.0.1", 0, store::TrunkTransport::tls, "sbc.example"});
  auto other = phone(Kind::tls, &phone_);
  other.say(other.request("101", 1, {}));
  ASSERT_NE(refusal("mode.trunk-identity"), nullptr);
  EXPECT_EQ(refusal("mode.trunk-identity")->subject, "CN=101");
  const auto named = pki::issue({.common_name = "trunk", .alternative_names = "DNS:sbc.example"}, &ca_);
  EXPECT_EQ(phone(Kind::tls, &named).sign_in("101", "secret"), 200);
}

// MODE-8: who would go dark is known before, and then it is who goes dark.
TEST_F(BothwayPbx, RehearsalNamesWhomTheSwitchThenCutsOff) {
  start_with_authority();
  auto good = phone(Kind::tls, &phone_);
  auto bare = phone(Kind::tls);
  auto udp = phone(Kind::udp);
  ASSERT_EQ(good.sign_in("101", "secret"), 200);
  ASSERT_EQ(bare.sign_in("102", "secret"), 200);
  ASSERT_EQ(udp.sign_in("103", "secret"), 200);
  auto old = *pbx->store().snapshot()->find("104");
  old.terminal = store::TerminalKind::mivoice5300;
  ASSERT_TRUE(
      outcome_of<base::Result<void>>([&](auto done) { pbx->store().change_subscription(old, std::move(done)); }));

  const auto rehearsal = rehearse();
  EXPECT_TRUE(rehearsal.obstacles.empty());
  EXPECT_EQ(rehearsal.safe, 1U);
  EXPECT_EQ(rehearsal.unknown, 0U);
  ASSERT_EQ(rehearsal.dark.size(), 3U);
  EXPECT_EQ(rehearsal.dark[0].number + " " + rehearsal.dark[0].code, "102 tls.client-no-certificate");
  EXPECT_EQ(rehearsal.dark[1].number + " " + rehearsal.dark[1].code, "103 bothway.transport");
  EXPECT_EQ(rehearsal.dark[2].number + " " + rehearsal.dark[2].code, "104 bothway.terminal");
  EXPECT_EQ(registrations().size(), 3U) << "a rehearsal changes nothing";

  ASSERT_TRUE(set_mode(Mode::bothway));
  EXPECT_FALSE(bare.hear()) << "its connection should have been closed";
  ASSERT_TRUE(comes_true([&] { return registrations().size() == 1; }));
  EXPECT_EQ(registrations()[0].number, "101");
  EXPECT_EQ(good.sign_in("101", "secret", 3), 200) << "its connection stays";
}

TEST_F(BothwayPbx, RehearsalSaysWhatIsMissingAndWhatIsNotKnown) {
  start();
  add("101", "secret");
  add("102", "secret");
  auto early = phone(Kind::tls, &phone_);
  ASSERT_EQ(early.sign_in("101", "secret"), 200);
  ASSERT_EQ(rehearse().obstacles.size(), 1U);
  EXPECT_EQ(rehearse().obstacles[0].code, "mode.no-phone-ca");
  ASSERT_TRUE(load(ca_.leaf().to_pem()));
  EXPECT_TRUE(rehearse().obstacles.empty());
  ASSERT_EQ(rehearse().dark.size(), 1U);
  EXPECT_EQ(rehearse().dark[0].code, "bothway.not-asked");
  EXPECT_EQ(rehearse().unknown, 1U);
}

TEST_F(BothwayPbx, LetsAPhoneRegisterOnlyTheNumberItsCertificateNamesWhereThatIsAskedFor) {
  start_with_authority(Mode::bothway);
  auto one = phone(Kind::tls, &phone_);
  EXPECT_EQ(one.sign_in("102", "secret"), 200) << "not asked for yet";
  change([](auto& settings) { settings.phone_certificates.bound_to_subscription = true; });
  EXPECT_EQ(one.sign_in("102", "secret", 3), 403);
  EXPECT_EQ(one.sign_in("101", "secret", 5), 200);
  ASSERT_NE(refusal("register.certificate"), nullptr);
  EXPECT_EQ(refusal("register.certificate")->subject, "102");
}

// CERT-7: new connections are refused, live ones closed with their registration, and the journal says so.
TEST_F(BothwayPbx, ClosesWhatRestsOnACertificateThatIsRevoked) {
  start_with_authority(Mode::bothway);
  const auto other_certificate = pki::issue({.common_name = "102"}, &ca_);
  auto lost = phone(Kind::tls, &phone_);
  auto other = phone(Kind::tls, &other_certificate);
  ASSERT_EQ(lost.sign_in("101", "secret"), 200);
  ASSERT_EQ(other.sign_in("102", "secret"), 200);
  const auto list = pki::sign_list({.entries = {pki::entry_of(phone_)}, .number = 1}, ca_);
  const auto added = add_list(pki::der_of(list));
  ASSERT_TRUE(added) << added.error().message;
  EXPECT_FALSE(lost.hear()) << "its connection should have been closed";
  ASSERT_TRUE(comes_true([&] { return registrations().size() == 1; }));
  EXPECT_EQ(registrations()[0].number, "102");
  EXPECT_EQ(phone(Kind::tls, &phone_).sign_in("101", "secret"), 0);
  ASSERT_NE(refusal("tls.client-revoked"), nullptr);
  EXPECT_EQ(other.sign_in("102", "secret", 3), 200);
  using Journal = base::Result<std::vector<store::JournalEntry>>;
  ASSERT_TRUE(comes_true([&] {
    const auto journal =
        outcome_of<Journal>([&](auto done) { pbx->store().recent_journal(10, std::move(done)); }).value();
    return !journal.empty() && journal[0].code == "revocation.connection-closed" && journal[0].subject == "CN=101";
  }));
}

TEST_F(BothwayPbx, FailsClosedWithoutAListWhereThatIsAskedFor) {
  start_with_authority(Mode::bothway);
  EXPECT_EQ(phone(Kind::tls, &phone_).sign_in("101", "secret"), 200);
  change([](auto& settings) { settings.phone_certificates.refuse_without_crl = true; });
  EXPECT_EQ(phone(Kind::tls, &phone_).sign_in("101", "secret"), 0);
  ASSERT_NE(refusal("tls.client-revocation-unknown"), nullptr);
  ASSERT_TRUE(add_list(pki::der_of(pki::sign_list({.number = 1}, ca_))));
  EXPECT_EQ(phone(Kind::tls, &phone_).sign_in("101", "secret"), 200);
}

// MODE-10, and what a restart must not lose.
TEST_F(BothwayPbx, OutlivesARestartAndIsLeftInOrder) {
  start_with_authority(Mode::bothway);
  pbx.reset();
  start();
  EXPECT_EQ(pbx->health().mode, Mode::bothway);
  EXPECT_EQ(phone(Kind::tls).sign_in("101", "secret"), 0);
  auto good = phone(Kind::tls, &phone_);
  ASSERT_EQ(good.sign_in("101", "secret"), 200);
  ASSERT_TRUE(set_mode(Mode::pbx_cert));
  EXPECT_EQ(good.sign_in("101", "secret", 3), 200);
  EXPECT_EQ(phone(Kind::tls).sign_in("102", "secret"), 200);
  EXPECT_EQ(phone(Kind::udp).sign_in("103", "secret"), 200);
}

}  // namespace
}  // namespace cadenas::pbx::test
