#include "pbx/alarm_conditions.hpp"

#include <algorithm>
#include <thread>

#include "../pki/test_crl.hpp"
#include "running_pbx.hpp"
#include "store/licence.hpp"

namespace cadenas::pbx::test {
namespace {

using std::chrono::days;

class AlarmConditions : public ::testing::Test {
 protected:
  std::vector<std::string> codes() {
    std::vector<std::string> out;
    for (const auto& condition : alarm_conditions(facts(), now_)) out.push_back(condition.code);
    return out;
  }
  AlarmFacts facts() {
    AlarmFacts out{&settings_, certificate_, &authorities_, clock_disciplined_};
    out.certificate_revoked = revoked_;
    out.why_none = why_none_;
    return out;
  }

  const pki::Identity ca_ = pki::issue({.common_name = "CA", .ca = true});
  const pki::Identity own_ = pki::issue({.common_name = "192.0.2.1", .until = days(60)}, &ca_);
  const base::WallTime now_ = base::SystemClock().now();
  store::SystemSettings settings_ = [] {
    store::SystemSettings out;
    out.licensed = true;
    return out;
  }();
  std::optional<pki::Certificate> certificate_ = own_.leaf();
  pki::PhoneAuthorities authorities_{
      {ca_.leaf(), std::nullopt, {}, base::Error{"crl.missing", "No revocation list of this CA is loaded.", ""}}};
  bool clock_disciplined_ = true;
  bool revoked_ = false;
  std::string why_none_;
};

TEST_F(AlarmConditions, AreNoneWhereAllIsWell) {
  EXPECT_EQ(codes(), std::vector<std::string>{});
  settings_.mode = store::TransportMode::bothway;
  EXPECT_EQ(codes(), std::vector<std::string>{}) << "a CA without a list is no alarm unless the rules ask for one";
}

// RIGHT-1, OPS-2, MODE-6
TEST_F(AlarmConditions, NameLicenceClockAndBothwayWithoutACertificate) {
  settings_.licensed = false;
  clock_disciplined_ = false;
  settings_.mode = store::TransportMode::bothway;
  certificate_.reset();
  EXPECT_EQ(codes(), (std::vector<std::string>{"licence.missing", "clock.unsynchronised", "bothway.no-certificate"}));
}

// CERT-8, OPS-3: daily for one from elsewhere, once for one that renews itself.
TEST_F(AlarmConditions, NameARelayThatDoesNotAnswer) {
  auto pool = std::make_shared<rtpengine::PoolView>();
  pool->instances.resize(3);
  pool->instances[0].state = rtpengine::InstanceState::up;
  pool->instances[1].control = "127.0.0.1:2224";
  pool->instances[1].state = rtpengine::InstanceState::down;
  pool->instances[1].reason = "It did not answer.";
  AlarmFacts with_pool = facts();
  with_pool.relays = pool;
  const auto found = alarm_conditions(with_pool, now_);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].code, "media.relay-down");
  EXPECT_EQ(found[0].object, "127.0.0.1:2224");
  EXPECT_EQ(found[0].detail, "It did not answer.");
}

// OPS-2
TEST_F(AlarmConditions, NameTheMediaBoardOutOfServiceItsAddressAndAMissingShelf) {
  const auto address = [](const char* text) { return *base::Endpoint::parse(text, 0); };
  settings_.eip_in_service = false;
  AlarmFacts with_eip = facts();
  with_eip.eip_addresses = {{address("192.0.2.1"), base::AddressState::good, "eth0", ""},
                            {address("192.0.2.2"), base::AddressState::conflict, "eth0", "Another has it."},
                            {address("192.0.2.3"), base::AddressState::absent, "", "Nobody has it."},
                            {address("192.0.2.4"), base::AddressState::unproven, "eth0", "Not asked."}};
  with_eip.shelves_missing = {"shelf-1"};
  const auto found = alarm_conditions(with_eip, now_);
  ASSERT_EQ(found.size(), 4U);
  EXPECT_EQ(found[0].code, "eip.out-of-service");
  EXPECT_EQ(found[1].code, "eip.address-conflict");
  EXPECT_EQ(found[1].object, "192.0.2.2");
  EXPECT_EQ(found[1].detail, "Another has it.");
  EXPECT_EQ(found[2].code, "eip.address-missing");
  EXPECT_EQ(found[2].object, "192.0.2.3");
  EXPECT_EQ(found[3].code, "tdm.shelf-missing");
  EXPECT_EQ(found[3].object, "shelf-1");
}

TEST_F(AlarmConditions, FollowTheCertificateToItsEnd) {
  certificate_ = pki::issue({.common_name = "own", .until = days(13)}, &ca_).leaf();
  ASSERT_EQ(codes(), std::vector<std::string>{"certificate.expiring"});
  EXPECT_TRUE(alarm_conditions(facts(), now_)[0].daily);
  EXPECT_NE(alarm_conditions(facts(), now_ - std::chrono::hours(1))[0].detail.find("ends in 13 days"),
            std::string::npos);
  certificate_ = pki::issue({.common_name = "own", .until = days(13)}).leaf();
  ASSERT_EQ(codes(), std::vector<std::string>{"certificate.expiring"});
  EXPECT_FALSE(alarm_conditions(facts(), now_)[0].daily);
  certificate_ = pki::issue({.common_name = "own", .from = days(-9), .until = days(-1)}, &ca_).leaf();
  EXPECT_EQ(codes(), std::vector<std::string>{"certificate.expired"});
  certificate_ = pki::issue({.common_name = "own", .from = days(2), .until = days(30)}, &ca_).leaf();
  EXPECT_EQ(codes(), std::vector<std::string>{"certificate.not-yet-valid"});
}

// CERT-7
TEST_F(AlarmConditions, NameMissingAndStaleListsInBothway) {
  settings_.mode = store::TransportMode::bothway;
  settings_.phone_certificates.refuse_without_crl = true;
  EXPECT_EQ(codes(), std::vector<std::string>{"crl.missing"});
  authorities_[0].list = pki::CrlFacts{};
  EXPECT_EQ(codes(), std::vector<std::string>{}) << "what could not be fetched is still in its dates";
  authorities_[0].problem = base::Error{"crl.stale", "It is out of date.", ""};
  EXPECT_EQ(codes(), std::vector<std::string>{"crl.stale"});
  settings_.mode = store::TransportMode::pbx_cert;
  EXPECT_EQ(codes(), std::vector<std::string>{});
}

// MODE-6: whatever the reason is, it is said.
TEST_F(AlarmConditions, SayWhyNoCertificateIsInService) {
  certificate_.reset();
  why_none_ = "The key is missing.";
  settings_.mode = store::TransportMode::pbx_cert;
  ASSERT_EQ(codes(), std::vector<std::string>{"certificate.missing"});
  settings_.mode = store::TransportMode::bothway;
  ASSERT_EQ(codes(), std::vector<std::string>{"bothway.no-certificate"});
  EXPECT_NE(alarm_conditions(facts(), now_)[0].detail.find("The key is missing."), std::string::npos);
  settings_.mode = store::TransportMode::no_tls;
  EXPECT_EQ(codes(), std::vector<std::string>{});
}

TEST_F(AlarmConditions, NameARevokedCertificate) {
  revoked_ = true;
  EXPECT_EQ(codes(), std::vector<std::string>{"certificate.revoked"});
  certificate_.reset();
  EXPECT_EQ(codes(), std::vector<std::string>{"certificate.missing"});
}

using Alarms = RunningPbx;

TEST_F(Alarms, StandUntilTheirCauseIsGoneAndTheJournalKeepsBoth) {
  start();
  const auto stands = [&](const std::string& code) {
    const auto view = pbx->alarms();
    return std::any_of(view->active.begin(), view->active.end(),
                       [&](const auto& alarm) { return alarm.condition.code == code; });
  };
  const auto comes_true = [](const auto& condition) {
    for (int look = 0; look < 2'000 && !condition(); ++look) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    return condition();
  };
  ASSERT_TRUE(comes_true([&] { return stands("licence.missing"); }));
  const auto id = pbx->alarms()->active[0].id;
  EXPECT_TRUE(outcome_of<base::Result<void>>([&](auto done) { pbx->acknowledge_alarm(id, "ann", std::move(done)); }));
  EXPECT_EQ(pbx->alarms()->active[0].acknowledged_by, "ann");
  EXPECT_EQ(outcome_of<base::Result<void>>([&](auto done) { pbx->acknowledge_alarm(99, "ann", std::move(done)); })
                .error()
                .code,
            "alarm.unknown");
  const auto key = store::unlock_key_for(pbx->store().snapshot()->settings.system_id);
  ASSERT_TRUE(outcome_of<base::Result<void>>([&](auto done) { pbx->store().unlock(key, std::move(done)); }));
  ASSERT_TRUE(comes_true([&] { return !stands("licence.missing"); }));
  using Journal = base::Result<std::vector<store::JournalEntry>>;
  const auto journal = [&] {
    std::vector<std::string> out;
    const auto entries =
        outcome_of<Journal>([&](auto done) { pbx->store().recent_journal(50, std::move(done)); }).value();
    for (const auto& entry : entries) {
      if (entry.subject == "licence.missing") out.push_back(entry.code + " " + entry.actor);
    }
    return out;
  };
  ASSERT_TRUE(comes_true([&] { return journal().size() == 3; }));
  EXPECT_EQ(journal(),
            (std::vector<std::string>{"alarm.cleared system", "alarm.acknowledged ann", "alarm.raised system"}));
}

}  // namespace
}  // namespace cadenas::pbx::test
