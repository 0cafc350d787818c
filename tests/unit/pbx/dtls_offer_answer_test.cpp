// Offer and answer of one leg whose keys come from DTLS, without SIP around it (RFC 5763, RFC 8842, RFC 4145).

#include <gtest/gtest.h>

#include "agreement_terms.hpp"
#include "dtls_terms.hpp"
#include "pbx/party_media.hpp"

namespace cadenas::pbx::test {
namespace {

using media::DtlsRole;

const media::DtlsFingerprint kOurs{media::FingerprintHash::sha256, base::Bytes(32, 0xb0)};

policy::Decision allowed(policy::MediaSeen seen = policy::MediaSeen::dtls) {
  return decided(seen);
}

class DtlsOfferAnswer : public testing::Test {
 protected:
  /// Takes the offer and answers it; the answer's audio line.
  sip::SdpMedia answer_to(const std::string& offer, policy::MediaSeen seen = policy::MediaSeen::dtls) {
    const auto taken = leg.take_offer(parsed(offer), allowed(seen), policy::SrtpMode::preferred);
    EXPECT_TRUE(taken.has_value()) << (taken ? "" : taken.error().message);
    if (!taken) return {};
    return leg.make_answer(default_audio()).media[0].clone();
  }
  std::string refusal_of(const std::string& offer) {
    const auto taken = leg.take_offer(parsed(offer), allowed(), policy::SrtpMode::preferred);
    return taken ? "" : taken.error().code;
  }
  std::string offer_dtls() { return leg.make_offer(default_audio(), policy::MediaForm::dtls).to_string(); }
  std::string answer_refusal(const std::string& answer) {
    offer_dtls();
    const auto taken = leg.take_answer(parsed(answer));
    if (!taken) leg.drop_offer();
    return taken ? "" : taken.error().code;
  }
  media::DtlsParams agreed() { return leg.board_leg().dtls.value_or(media::DtlsParams{}); }

  PartyMedia leg{{"192.0.2.1", 20000, {kOurs}}, {}};
};

TEST_F(DtlsOfferAnswer, AnswersAnOfferThatLeavesTheChoiceAsTheActiveEnd) {
  const auto answer = answer_to(dtls(4000, 0x11, "actpass"));
  EXPECT_EQ(answer.proto, "UDP/TLS/RTP/SAVP");
  EXPECT_EQ(answer.attribute("setup"), "active");
  EXPECT_EQ("a=fingerprint:" + std::string(answer.attribute("fingerprint").value_or("")), fingerprint(0xb0));
  EXPECT_TRUE(answer.rtcp_mux());
  EXPECT_FALSE(answer.has_attribute("crypto"));
  EXPECT_FALSE(answer.has_attribute("tls-id")) << "the offer had none";
  EXPECT_TRUE(leg.encrypted());
  EXPECT_TRUE(leg.uses_dtls());
  EXPECT_EQ(leg.suite(), std::nullopt);
  const auto board = leg.board_leg();
  ASSERT_TRUE(board.dtls);
  EXPECT_EQ(board.dtls->role, DtlsRole::active);
  EXPECT_EQ(board.dtls->peer,
            (std::vector<media::DtlsFingerprint>{{media::FingerprintHash::sha256, base::Bytes(32, 0x11)}}));
  EXPECT_EQ(board.dtls->suites.front(), media::Suite::aead_aes_256_gcm);
  EXPECT_TRUE(board.rtcp_mux);
  EXPECT_FALSE(board.receive || board.send);
}

TEST_F(DtlsOfferAnswer, TakesThePartThatTheOfferLeaves) {
  EXPECT_EQ(answer_to(dtls(4000, 0x11, "active")).attribute("setup"), "passive");
  EXPECT_EQ(agreed().role, DtlsRole::passive);
  EXPECT_EQ(answer_to(dtls(4000, 0x11, "passive")).attribute("setup"), "active");
  EXPECT_EQ(agreed().role, DtlsRole::active);
  EXPECT_EQ(refusal_of(dtls(4000, 0x11, "holdconn")), "call.dtls-setup");
}

TEST_F(DtlsOfferAnswer, AnswersTheFeedbackProfileInKind) {
  EXPECT_EQ(answer_to(dtls(4000, 0x11, "actpass", {}, "UDP/TLS/RTP/SAVPF")).proto, "UDP/TLS/RTP/SAVPF");
  // Before RFC 5764 was done, they wrote it so.
  EXPECT_EQ(answer_to(dtls(4000, 0x11, "actpass", {}, "RTP/SAVP")).proto, "RTP/SAVP");
}

TEST_F(DtlsOfferAnswer, ReadsTheFingerprintOfTheSession) {
  std::string offer = description("UDP/TLS/RTP/SAVP", 4000, {"a=setup:actpass"});
  offer.insert(offer.find("m=audio"), fingerprint(0x22) + "\r\n");
  answer_to(offer);
  EXPECT_EQ(agreed().peer.at(0).value, base::Bytes(32, 0x22));
}

TEST_F(DtlsOfferAnswer, RefusesWhatProvesNothing) {
  const auto with = [](const std::string& line) {
    return description("UDP/TLS/RTP/SAVP", 4000, {line, "a=setup:actpass"});
  };
  EXPECT_EQ(
      refusal_of(with("a=fingerprint:sha-1 " + sip::SdpFingerprint{"sha-1", base::Bytes(20, 1)}.to_string().substr(6))),
      "call.dtls-fingerprint");
  EXPECT_EQ(refusal_of(with("a=fingerprint:sha-256 AB:CD")), "call.dtls-fingerprint");
  EXPECT_EQ(refusal_of(with("a=fingerprint:rubbish")), "call.dtls-fingerprint");
  EXPECT_EQ(refusal_of(description("UDP/TLS/RTP/SAVP", 4000, {fingerprint(1), "a=fingerprint:rubbish"})),
            "call.dtls-fingerprint");
  EXPECT_FALSE(leg.encrypted());
}

TEST_F(DtlsOfferAnswer, AWeakHashMayStandBesideAStrongOne) {
  answer_to(description("UDP/TLS/RTP/SAVP", 4000,
                        {"a=fingerprint:" + sip::SdpFingerprint{"sha-1", base::Bytes(20, 1)}.to_string(),
                         fingerprint(2), "a=setup:actpass"}));
  EXPECT_EQ(agreed().peer.size(), 1u);
}

TEST_F(DtlsOfferAnswer, AnEndThatCannotShakeHandsRefuses) {
  leg.move_to({"192.0.2.1", 20004});
  EXPECT_FALSE(leg.can_offer(policy::MediaForm::dtls));
  EXPECT_EQ(refusal_of(dtls(4000, 0x11, "actpass")), "media.dtls-needs-board");
}

TEST_F(DtlsOfferAnswer, TheSameWordsKeepTheAssociationAndTheRole) {
  answer_to(dtls(4000, 0x11, "active"));
  const auto first = agreed();
  // RFC 8842 §5.3: an offer that leaves the choice open does not turn the roles round.
  EXPECT_EQ(answer_to(dtls(4000, 0x11, "actpass")).attribute("setup"), "passive");
  EXPECT_EQ(agreed(), first);
  offer_dtls();
  ASSERT_TRUE(leg.take_answer(parsed(dtls(4000, 0x11, "active"))));
  EXPECT_EQ(agreed(), first);
}

TEST_F(DtlsOfferAnswer, ANewFingerprintOrTlsIdOrRoleMakesANewAssociation) {
  const auto first_answer = answer_to(dtls(4000, 0x11, "actpass", "abc3de65cddef001be82"));
  const std::string own(first_answer.attribute("tls-id").value_or(""));
  EXPECT_GE(own.size(), 20u);
  const auto first = agreed();
  EXPECT_EQ(answer_to(dtls(4000, 0x11, "actpass", "abc3de65cddef001be82")).attribute("tls-id"), own);
  EXPECT_EQ(agreed(), first);
  EXPECT_NE(answer_to(dtls(4000, 0x11, "actpass", "0123456789abcdef0123")).attribute("tls-id"), own);
  const auto second = agreed();
  EXPECT_NE(second.association, first.association);
  answer_to(dtls(4000, 0x12, "actpass", "0123456789abcdef0123"));
  const auto third = agreed();
  EXPECT_NE(third.association, second.association);
  answer_to(dtls(4000, 0x12, "active", "0123456789abcdef0123"));
  EXPECT_NE(agreed().association, third.association);
}

TEST_F(DtlsOfferAnswer, OffersTheChoiceAndTakesEitherPart) {
  const auto offer = parsed(offer_dtls());
  const auto& line = offer.media.at(0);
  EXPECT_EQ(line.proto, "UDP/TLS/RTP/SAVP");
  EXPECT_EQ(line.attribute("setup"), "actpass");
  EXPECT_TRUE(line.has_attribute("fingerprint"));
  EXPECT_TRUE(line.has_attribute("tls-id"));
  EXPECT_TRUE(line.rtcp_mux());
  EXPECT_FALSE(line.has_attribute("crypto"));
  ASSERT_TRUE(leg.take_answer(parsed(dtls(5000, 0x11, "active"))));
  EXPECT_EQ(agreed().role, DtlsRole::passive);
  EXPECT_TRUE(leg.board_leg().rtcp_mux);
  offer_dtls();
  ASSERT_TRUE(leg.take_answer(parsed(dtls(5000, 0x11, "passive"))));
  EXPECT_EQ(agreed().role, DtlsRole::active);
  EXPECT_EQ(leg.form_in_dialog(policy::MediaForm::savp), policy::MediaForm::dtls);
}

TEST_F(DtlsOfferAnswer, TakesNoAnswerThatDropsTheProof) {
  EXPECT_EQ(answer_refusal(description("RTP/AVP", 5000)), "call.answer-form");
  EXPECT_EQ(answer_refusal(description("UDP/TLS/RTP/SAVP", 5000)), "call.answer-without-crypto");
  EXPECT_EQ(answer_refusal(dtls(5000, 0x11, "actpass")), "call.dtls-setup");
  EXPECT_EQ(answer_refusal(description("UDP/TLS/RTP/SAVP", 5000, {"a=fingerprint:sha-256 AB", "a=setup:active"})),
            "call.dtls-fingerprint");
  EXPECT_EQ(answer_refusal(description("RTP/SAVP", 5000, {crypto(1, "AES_CM_128_HMAC_SHA1_80", 'a')})),
            "call.answer-form");
  EXPECT_FALSE(leg.encrypted());
}

TEST_F(DtlsOfferAnswer, KeysComeBeforeACertificateWhereThereAreBoth) {
  const auto answer =
      answer_to(description("RTP/SAVP", 4000, {crypto(1, "AES_CM_128_HMAC_SHA1_80", 'a'), fingerprint(0x11)}),
                policy::MediaSeen::savp_with_crypto);
  EXPECT_TRUE(answer.has_attribute("crypto"));
  EXPECT_FALSE(answer.has_attribute("fingerprint"));
  EXPECT_FALSE(leg.uses_dtls());
}

TEST_F(DtlsOfferAnswer, OfTwoLinesTakesTheOneThatTheDecisionAllows) {
  std::string both = dtls(4000, 0x11, "actpass");
  both += "m=audio 4002 RTP/AVP 0\r\n";
  const auto read = read_description(parsed(both));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->seen, policy::MediaSeen::dtls_or_plain);
  ASSERT_TRUE(leg.take_offer(parsed(both), allowed(read->seen), policy::SrtpMode::preferred));
  const auto secure = leg.make_answer(default_audio());
  EXPECT_NE(secure.media[0].port, 0);
  EXPECT_EQ(secure.media[1].port, 0);
  auto clear = allowed(read->seen);
  clear.voice = policy::VoiceTreatment::clear;
  ASSERT_TRUE(leg.take_offer(parsed(both), clear, policy::SrtpMode::preferred));
  const auto plain = leg.make_answer(default_audio());
  EXPECT_EQ(plain.media[0].port, 0);
  EXPECT_NE(plain.media[1].port, 0);
  EXPECT_FALSE(leg.encrypted());
  EXPECT_FALSE(leg.board_leg().dtls);
}

TEST_F(DtlsOfferAnswer, TakesThePlainLineWhereTheCertificateProvesNothing) {
  const std::string both = description("UDP/TLS/RTP/SAVP", 4000, {"a=fingerprint:sha-1 AB:CD", "a=setup:actpass"}) +
                           "m=audio 4002 RTP/AVP 0\r\n";
  const auto decision = allowed(policy::MediaSeen::dtls_or_plain);
  ASSERT_FALSE(leg.take_offer(parsed(both), decision, policy::SrtpMode::only));
  ASSERT_TRUE(leg.take_offer(parsed(both), decision, policy::SrtpMode::preferred));
  const auto answer = leg.make_answer(default_audio());
  EXPECT_EQ(answer.media[0].port, 0);
  EXPECT_NE(answer.media[1].port, 0);
  EXPECT_FALSE(leg.encrypted());
}

TEST_F(DtlsOfferAnswer, ADifferentEndIsAnotherAssociation) {
  answer_to(dtls(4000, 0x11, "actpass", "abc3de65cddef001be82"));
  const auto before = agreed();
  leg.move_to({"192.0.2.1", 20010, {kOurs}});
  const auto offer = parsed(offer_dtls());
  ASSERT_TRUE(leg.take_answer(parsed(dtls(4000, 0x11, "passive", "abc3de65cddef001be82"))));
  EXPECT_NE(agreed().association, before.association);
}

}  // namespace
}  // namespace cadenas::pbx::test
