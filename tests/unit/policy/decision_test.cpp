// RIGHT-1…9, ENC-8, CERT-8: every combination of facts against a table of rows written from the requirements.
#include "policy/decision.hpp"

#include <array>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace cadenas::policy {
namespace {

enum Column { lic, trk, sub, cls, voice, peer, in_here, in_there, cert, cert_there, via, mode, can, i7, off, columns };
constexpr std::array<int, columns> sizes{2, 2, 2, 2, 2, 3, 2, 2, 5, 2, 3, 3, 2, 2, 8};
using Row = std::array<int, columns>;

// Values of the columns with more than two, as the table below writes them.
constexpr int here = 0, other_site = 1, cluster = 2;
constexpr int missing = 0, early = 1, expired = 4;
constexpr int udp = 0, tcp = 1;
constexpr int savp = 1, plain = 4, savp_bare = 5, dtls = 6;

struct When {
  Column column;
  std::set<int> values;
};
struct Broken {
  const char* code;
  const char* requirement;
  std::vector<When> when;  // all of them
};

const std::vector<Broken>& table() {
  static const std::vector<Broken> rows{
      {"policy.no-licence", "RIGHT-1", {{lic, {0}}}},
      {"policy.no-right", "RIGHT-2", {{trk, {0}}, {sub, {0}}}},
      {"policy.no-class-right", "RIGHT-2", {{trk, {0}}, {cls, {0}}}},
      {"policy.voice-encryption-off", "RIGHT-3", {{voice, {0}}}},
      {"policy.inter-ipbx-off", "RIGHT-4", {{peer, {other_site, cluster}}, {in_here, {0}}}},
      {"policy.inter-ipbx-off-remote", "RIGHT-4", {{peer, {other_site, cluster}}, {in_there, {0}}}},
      {"policy.terminal-cannot", "RIGHT-5", {{trk, {0}}, {can, {0}}}},
      {"policy.terminal-srtp-off", "RIGHT-5", {{trk, {0}}, {mode, {0}}}},
      {"policy.trunk-srtp-off", "ENC-7", {{trk, {1}}, {mode, {0}}}},
      {"policy.i7xx", "RIGHT-8", {{i7, {1}}}},
      {"policy.signalling-clear", "ENC-8", {{trk, {0}}, {via, {udp, tcp}}}},
      {"policy.trunk-signalling-clear", "ENC-8", {{trk, {1}}, {via, {udp, tcp}}}},
      {"policy.no-certificate", "RIGHT-6", {{cert, {missing}}}},
      {"policy.certificate-not-yet-valid", "RIGHT-6", {{cert, {early}}}},
      {"policy.certificate-expired", "CERT-8", {{cert, {expired}}}},
      {"policy.remote-certificate", "RIGHT-6", {{peer, {other_site, cluster}}, {cert_there, {0}}}},
      {"policy.offer-without-crypto", "RIGHT-5", {{off, {plain, savp_bare}}}},
  };
  return rows;
}

Facts facts_of(const Row& r) {
  Facts f;
  f.licensed = r[lic];
  f.trunk = r[trk];
  f.subscription_right = r[sub];
  f.class_right = r[cls];
  f.voice_encryption = r[voice];
  f.peer = std::array{PeerPlacement::same_system, PeerPlacement::other_system, PeerPlacement::cluster}[r[peer]];
  f.inter_ipbx_local = r[in_here];
  f.inter_ipbx_remote = r[in_there];
  f.certificate = std::array{CertificateState::none, CertificateState::not_yet_valid, CertificateState::valid,
                             CertificateState::expiring, CertificateState::expired}[r[cert]];
  f.remote_certificate_valid = r[cert_there];
  f.transport = std::array{LegTransport::udp, LegTransport::tcp, LegTransport::tls}[r[via]];
  f.srtp_mode = std::array{SrtpMode::off, SrtpMode::preferred, SrtpMode::only}[r[mode]];
  f.terminal_can_srtp = r[can];
  f.peer_is_i7xx = r[i7];
  f.offer = std::array{MediaSeen::none,       MediaSeen::savp_with_crypto, MediaSeen::avp_with_crypto,
                       MediaSeen::both_lines, MediaSeen::avp_plain,        MediaSeen::savp_without_crypto,
                       MediaSeen::dtls,       MediaSeen::dtls_or_plain}[r[off]];
  return f;
}

bool is_broken(const Broken& broken, const Row& row) {
  for (const When& when : broken.when) {
    if (!when.values.contains(row[when.column])) return false;
  }
  return true;
}

std::string written(const Row& row) {
  std::string out = "lic trk sub cls voice peer in_here in_there cert cert_there via mode can i7 off =";
  for (const int v : row) out += ' ' + std::to_string(v);
  return out;
}

bool next(Row& row) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (++row[i] < sizes[i]) return true;
    row[i] = 0;
  }
  return false;
}

Facts good() {
  Facts f;
  f.licensed = true;
  f.certificate = CertificateState::valid;
  f.transport = LegTransport::tls;
  return f;
}

TEST(Decision, AgreesWithTheTableOfRequirementsForEveryCombinationOfFacts) {
  Row row{};
  std::size_t combinations = 0;
  std::size_t encrypted = 0;
  std::vector<std::string_view> expected;
  do {
    expected.clear();
    for (const Broken& broken : table()) {
      if (is_broken(broken, row)) expected.emplace_back(broken.code);
    }
    const Decision decision = decide(facts_of(row));
    std::vector<std::string_view> named;
    for (const Condition c : decision.failing()) named.push_back(code(c));
    ASSERT_EQ(named, expected) << written(row);

    const bool only_secure = row[off] == savp || row[off] == savp_bare || row[off] == dtls;
    const char* treatment = expected.empty() ? "encrypt" : row[mode] == 2 || only_secure ? "refuse" : "clear";
    ASSERT_EQ(to_string(decision.voice), treatment) << written(row);
    ASSERT_EQ(decision.refusal.status, std::string_view(treatment) == "refuse" ? 488 : 0) << written(row);
    ASSERT_EQ(decision.refusal.clear_acceptable, std::string_view(treatment) == "refuse" && row[mode] != 2)
        << written(row);
    if (expected.empty()) ++encrypted;
    ++combinations;
  } while (next(row));
  EXPECT_EQ(combinations, 1'105'920u);
  // 1 way within the system (times the 8 facts that do not matter there) and 1 for each of two distances, times
  // two good certificate states, two modes and six offers.
  // A trunk has neither right, class nor terminal, so that these 8 do not matter there.
  EXPECT_EQ(encrypted, (8u + 2u) * 2u * 2u * 6u * (1u + 8u));
}

// ENC-8: no other fact makes up for signalling in clear.
TEST(Decision, NeverEncryptsOverAClearTransport) {
  Row row{};
  do {
    if (row[via] == udp || row[via] == tcp) {
      ASSERT_NE(decide(facts_of(row)).voice, VoiceTreatment::encrypt) << written(row);
    }
  } while (next(row));
}

TEST(Decision, EveryVerdictStandsInItsPlaceAndWhatDoesNotApplyDoesNotFail) {
  Row row{};
  do {
    const Decision d = decide(facts_of(row));
    for (std::size_t i = 0; i < condition_count; ++i) {
      ASSERT_EQ(static_cast<std::size_t>(d.verdicts[i].condition), i);
      ASSERT_TRUE(d.verdicts[i].applies || d.verdicts[i].holds) << written(row);
    }
    ASSERT_EQ(d.verdicts[static_cast<std::size_t>(Condition::inter_ipbx_local)].applies, row[peer] != here);
    ASSERT_EQ(d.verdicts[static_cast<std::size_t>(Condition::offer_with_crypto)].applies, row[off] != 0);
    ASSERT_EQ(d.verdicts[static_cast<std::size_t>(Condition::certificate_not_expired)].applies, row[cert] != missing);
  } while (next(row));
}

TEST(Decision, EncryptsAnOrdinaryInternalCallOverTls) {
  EXPECT_EQ(decide(good()).voice, VoiceTreatment::encrypt);
}

// RIGHT-7: the phone's signalling stays encrypted, its voice is clear, the call works.
TEST(Decision, GivesAPhoneWithoutTheRightClearVoice) {
  Facts f = good();
  f.subscription_right = false;
  f.offer = MediaSeen::avp_with_crypto;
  const Decision d = decide(f);
  EXPECT_EQ(d.voice, VoiceTreatment::clear);
  EXPECT_EQ(d.failing(), std::vector{Condition::subscription_right});
}

// CERT-8
TEST(Decision, KeepsCallsWorkingInClearOnceTheCertificateHasExpired) {
  Facts f = good();
  f.certificate = CertificateState::expired;
  EXPECT_EQ(decide(f).voice, VoiceTreatment::clear);
  f.certificate = CertificateState::expiring;
  EXPECT_EQ(decide(f).voice, VoiceTreatment::encrypt);
}

TEST(Decision, RefusesRatherThanDowngradesAPhoneSetToSrtpOnly) {
  Facts f = good();
  f.srtp_mode = SrtpMode::only;
  f.voice_encryption = false;
  const Decision d = decide(f);
  EXPECT_EQ(d.voice, VoiceTreatment::refuse);
  EXPECT_EQ(d.refusal.status, 488);
  EXPECT_FALSE(d.refusal.clear_acceptable);
}

// A stream that says SAVP and brings no key is a broken offer, not a plain one.
TEST(Decision, RefusesASecureProfileWithoutKeys) {
  Facts f = good();
  f.offer = MediaSeen::savp_without_crypto;
  EXPECT_EQ(decide(f).voice, VoiceTreatment::refuse);
}

// RIGHT-9: each condition says what, where and by which requirement; codes are unique.
TEST(ConditionText, NamesEachConditionAndWhereToChangeIt) {
  std::set<std::string_view> codes;
  ASSERT_EQ(table().size(), condition_count);
  for (std::size_t i = 0; i < condition_count; ++i) {
    const ConditionText& t = text(all_conditions()[i]);
    EXPECT_EQ(t.code, table()[i].code);
    EXPECT_EQ(t.requirement, table()[i].requirement) << t.code;
    EXPECT_TRUE(codes.insert(t.code).second) << t.code;
    EXPECT_TRUE(t.sentence.ends_with('.')) << t.code;
    EXPECT_FALSE(t.menu_fr.empty()) << t.code;
    EXPECT_FALSE(t.where_en.empty()) << t.code;
  }
}

// ENC-5, ENC-6
TEST(DecisionOfATimeSlot, IsClearWithoutAConditionThatFails) {
  const Decision decision = of_time_slot();
  EXPECT_EQ(decision.voice, VoiceTreatment::clear);
  EXPECT_TRUE(decision.failing().empty());
  for (const Verdict& verdict : decision.verdicts) EXPECT_FALSE(verdict.applies);
}

// RFC 8827 §6.5: what cannot be encrypted for a browser is no call.
TEST(Decision, RefusesToOfferABrowserClearVoiceAndLeavesItsOwnOfferToItsWords) {
  Facts f = good();
  f.takes_clear = false;
  EXPECT_EQ(decide(f).voice, VoiceTreatment::encrypt);
  f.subscription_right = false;
  const Decision refused = decide(f);
  EXPECT_EQ(refused.voice, VoiceTreatment::refuse);
  EXPECT_EQ(refused.refusal.status, 488);
  EXPECT_FALSE(refused.refusal.clear_acceptable);
  EXPECT_NE(refused.refusal.reason.find("browser"), std::string_view::npos);
  f.offer = MediaSeen::dtls;
  EXPECT_EQ(decide(f).voice, VoiceTreatment::refuse);
  f.offer = MediaSeen::avp_plain;
  EXPECT_EQ(decide(f).voice, VoiceTreatment::clear);
}

}  // namespace
}  // namespace cadenas::policy
