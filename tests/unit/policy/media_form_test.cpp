// What is offered and answered for `sip srtp mode` 0, 1, 2 (RIGHT-5, ENC-8, RFC 4568, RFC 8643).
#include "policy/media_form.hpp"

#include <gtest/gtest.h>

namespace cadenas::policy {
namespace {

Decision decided(VoiceTreatment voice) {
  Decision d;
  d.voice = voice;
  return d;
}
const Decision encrypt = decided(VoiceTreatment::encrypt);
const Decision clear = decided(VoiceTreatment::clear);
const Decision refuse = decided(VoiceTreatment::refuse);

TEST(PlanOffer, OffersSavpToAPreferringPhoneAndTriesAgainInClear) {
  EXPECT_EQ(plan_offer(encrypt, SrtpMode::preferred, OfferStyle::savp, OfferMoment::in_request),
            (OfferPlan{MediaForm::savp, true}));
}

// RFC 8643 §3.1
TEST(PlanOffer, OffersKeysInAvpToADeviceOfThatStyle) {
  EXPECT_EQ(plan_offer(encrypt, SrtpMode::preferred, OfferStyle::avp_crypto, OfferMoment::in_request),
            (OfferPlan{MediaForm::avp_crypto, true}));
}

TEST(PlanOffer, OffersSavpOnceToAPhoneSetToSrtpOnlyWhateverItsStyle) {
  for (const OfferMoment moment : {OfferMoment::in_request, OfferMoment::in_response}) {
    EXPECT_EQ(plan_offer(encrypt, SrtpMode::only, OfferStyle::avp_crypto, moment), (OfferPlan{MediaForm::savp, false}));
  }
}

TEST(PlanOffer, NeverOffersSavpAloneInAResponseToAPreferringPhone) {
  for (const OfferStyle style : {OfferStyle::savp, OfferStyle::avp_crypto}) {
    EXPECT_EQ(plan_offer(encrypt, SrtpMode::preferred, style, OfferMoment::in_response),
              (OfferPlan{MediaForm::avp_crypto, false}));
  }
}

// RFC 5764: such a device understands nothing else, in whatever moment.
TEST(PlanOffer, OffersDtlsToADeviceOfThatStyle) {
  EXPECT_EQ(plan_offer(encrypt, SrtpMode::preferred, OfferStyle::dtls, OfferMoment::in_request),
            (OfferPlan{MediaForm::dtls, true}));
  EXPECT_EQ(plan_offer(encrypt, SrtpMode::preferred, OfferStyle::dtls, OfferMoment::in_response),
            (OfferPlan{MediaForm::dtls, false}));
  for (const OfferMoment moment : {OfferMoment::in_request, OfferMoment::in_response}) {
    EXPECT_EQ(plan_offer(encrypt, SrtpMode::only, OfferStyle::dtls, moment), (OfferPlan{MediaForm::dtls, false}));
  }
}

// RFC 9429: it understands nothing else, and clear voice least of all.
TEST(PlanOffer, OffersABrowserItsFormAndNeverTriesAgainInClear) {
  for (const SrtpMode mode : {SrtpMode::preferred, SrtpMode::only}) {
    for (const OfferMoment moment : {OfferMoment::in_request, OfferMoment::in_response}) {
      EXPECT_EQ(plan_offer(encrypt, mode, OfferStyle::webrtc, moment), (OfferPlan{MediaForm::webrtc, false}));
    }
  }
}

// ENC-8
TEST(PlanOffer, WritesNoKeysWhereTheDecisionIsClearAndNothingWhereItRefuses) {
  for (const SrtpMode mode : {SrtpMode::off, SrtpMode::preferred, SrtpMode::only}) {
    for (const OfferMoment moment : {OfferMoment::in_request, OfferMoment::in_response}) {
      for (const OfferStyle style : {OfferStyle::savp, OfferStyle::avp_crypto, OfferStyle::dtls}) {
        EXPECT_EQ(plan_offer(clear, mode, style, moment), (OfferPlan{MediaForm::avp_plain, false}));
        EXPECT_EQ(plan_offer(refuse, mode, style, moment), std::nullopt);
      }
    }
  }
}

TEST(PlanOffer, TakesOnlyTheStatusesThatSpeakOfTheDescriptionAsARefusalOfIt) {
  for (int status = 300; status < 700; ++status) {
    EXPECT_EQ(refuses_secure_offer(status), status == 415 || status == 488 || status == 606) << status;
  }
}

TEST(PlanAnswer, KeepsTheProfileOfTheLineItAnswers) {
  EXPECT_EQ(plan_answer(encrypt, MediaSeen::savp_with_crypto), (AnswerPlan{MediaForm::savp, false}));
  EXPECT_EQ(plan_answer(encrypt, MediaSeen::avp_with_crypto), (AnswerPlan{MediaForm::avp_crypto, false}));
  EXPECT_EQ(plan_answer(clear, MediaSeen::avp_with_crypto), (AnswerPlan{MediaForm::avp_plain, false}));
  EXPECT_EQ(plan_answer(clear, MediaSeen::avp_plain), (AnswerPlan{MediaForm::avp_plain, false}));
  EXPECT_EQ(plan_answer(encrypt, MediaSeen::dtls), (AnswerPlan{MediaForm::dtls, false}));
}

// RFC 3264 §6: every line of the offer is answered, in order, a refused one with port 0.
TEST(PlanAnswer, TakesOneOfTwoLinesAndZeroesTheOther) {
  EXPECT_EQ(plan_answer(encrypt, MediaSeen::both_lines), (AnswerPlan{MediaForm::savp, true}));
  EXPECT_EQ(plan_answer(clear, MediaSeen::both_lines), (AnswerPlan{MediaForm::avp_plain, true}));
  EXPECT_EQ(plan_answer(encrypt, MediaSeen::dtls_or_plain), (AnswerPlan{MediaForm::dtls, true}));
  EXPECT_EQ(plan_answer(clear, MediaSeen::dtls_or_plain), (AnswerPlan{MediaForm::avp_plain, true}));
}

TEST(PlanAnswer, AnswersNothingWhereTheDecisionRefuses) {
  for (const MediaSeen offer :
       {MediaSeen::none, MediaSeen::savp_with_crypto, MediaSeen::avp_with_crypto, MediaSeen::both_lines,
        MediaSeen::avp_plain, MediaSeen::savp_without_crypto, MediaSeen::dtls, MediaSeen::dtls_or_plain}) {
    EXPECT_EQ(plan_answer(refuse, offer), std::nullopt);
  }
}

// An answer must follow from the decision for the same offer, for every offer and mode.
TEST(PlanAnswer, WritesKeysExactlyWhereTheDecisionEncrypts) {
  for (int mode = 0; mode <= 2; ++mode) {
    for (int offer = 1; offer <= 7; ++offer) {
      for (const LegTransport transport : {LegTransport::udp, LegTransport::tls}) {
        Facts f;
        f.licensed = true;
        f.certificate = CertificateState::valid;
        f.transport = transport;
        f.srtp_mode = static_cast<SrtpMode>(mode);
        f.offer = static_cast<MediaSeen>(offer);
        const Decision d = decide(f);
        const auto plan = plan_answer(d, f.offer);
        ASSERT_EQ(plan.has_value(), d.voice != VoiceTreatment::refuse);
        if (plan) {
          EXPECT_EQ(plan->form != MediaForm::avp_plain, d.voice == VoiceTreatment::encrypt);
        }
      }
    }
  }
}

struct Judged {
  MediaForm offered;
  MediaSeen answered;
  VoiceTreatment meaning;
};
class JudgeAnswer : public testing::TestWithParam<Judged> {};

TEST_P(JudgeAnswer, NeverTakesALostKeyForAPlainAnswer) {
  EXPECT_EQ(judge_answer(GetParam().offered, GetParam().answered), GetParam().meaning);
}

INSTANTIATE_TEST_SUITE_P(
    EveryPair, JudgeAnswer,
    testing::Values(Judged{MediaForm::savp, MediaSeen::savp_with_crypto, VoiceTreatment::encrypt},
                    Judged{MediaForm::savp, MediaSeen::avp_with_crypto, VoiceTreatment::encrypt},
                    Judged{MediaForm::savp, MediaSeen::avp_plain, VoiceTreatment::refuse},
                    Judged{MediaForm::savp, MediaSeen::savp_without_crypto, VoiceTreatment::refuse},
                    Judged{MediaForm::savp, MediaSeen::both_lines, VoiceTreatment::refuse},
                    Judged{MediaForm::savp, MediaSeen::none, VoiceTreatment::refuse},
                    Judged{MediaForm::avp_crypto, MediaSeen::savp_with_crypto, VoiceTreatment::encrypt},
                    Judged{MediaForm::avp_crypto, MediaSeen::avp_with_crypto, VoiceTreatment::encrypt},
                    Judged{MediaForm::avp_crypto, MediaSeen::avp_plain, VoiceTreatment::clear},
                    Judged{MediaForm::avp_crypto, MediaSeen::savp_without_crypto, VoiceTreatment::refuse},
                    Judged{MediaForm::avp_crypto, MediaSeen::both_lines, VoiceTreatment::refuse},
                    Judged{MediaForm::avp_crypto, MediaSeen::none, VoiceTreatment::refuse},
                    Judged{MediaForm::avp_plain, MediaSeen::savp_with_crypto, VoiceTreatment::refuse},
                    Judged{MediaForm::avp_plain, MediaSeen::avp_with_crypto, VoiceTreatment::clear},
                    Judged{MediaForm::avp_plain, MediaSeen::avp_plain, VoiceTreatment::clear},
                    Judged{MediaForm::avp_plain, MediaSeen::savp_without_crypto, VoiceTreatment::refuse},
                    Judged{MediaForm::avp_plain, MediaSeen::both_lines, VoiceTreatment::refuse},
                    Judged{MediaForm::avp_plain, MediaSeen::none, VoiceTreatment::refuse},
                    Judged{MediaForm::savp, MediaSeen::dtls, VoiceTreatment::refuse},
                    Judged{MediaForm::savp, MediaSeen::dtls_or_plain, VoiceTreatment::refuse},
                    Judged{MediaForm::avp_crypto, MediaSeen::dtls, VoiceTreatment::refuse},
                    Judged{MediaForm::avp_crypto, MediaSeen::dtls_or_plain, VoiceTreatment::refuse},
                    Judged{MediaForm::avp_plain, MediaSeen::dtls, VoiceTreatment::refuse},
                    Judged{MediaForm::avp_plain, MediaSeen::dtls_or_plain, VoiceTreatment::refuse},
                    Judged{MediaForm::dtls, MediaSeen::dtls, VoiceTreatment::encrypt},
                    Judged{MediaForm::dtls, MediaSeen::dtls_or_plain, VoiceTreatment::refuse},
                    Judged{MediaForm::dtls, MediaSeen::savp_with_crypto, VoiceTreatment::refuse},
                    Judged{MediaForm::dtls, MediaSeen::avp_with_crypto, VoiceTreatment::refuse},
                    Judged{MediaForm::dtls, MediaSeen::both_lines, VoiceTreatment::refuse},
                    Judged{MediaForm::dtls, MediaSeen::avp_plain, VoiceTreatment::refuse},
                    Judged{MediaForm::dtls, MediaSeen::savp_without_crypto, VoiceTreatment::refuse},
                    Judged{MediaForm::dtls, MediaSeen::none, VoiceTreatment::refuse},
                    Judged{MediaForm::webrtc, MediaSeen::dtls, VoiceTreatment::encrypt},
                    Judged{MediaForm::webrtc, MediaSeen::dtls_or_plain, VoiceTreatment::refuse},
                    Judged{MediaForm::webrtc, MediaSeen::savp_with_crypto, VoiceTreatment::refuse},
                    Judged{MediaForm::webrtc, MediaSeen::avp_with_crypto, VoiceTreatment::refuse},
                    Judged{MediaForm::webrtc, MediaSeen::both_lines, VoiceTreatment::refuse},
                    Judged{MediaForm::webrtc, MediaSeen::avp_plain, VoiceTreatment::refuse},
                    Judged{MediaForm::webrtc, MediaSeen::savp_without_crypto, VoiceTreatment::refuse},
                    Judged{MediaForm::webrtc, MediaSeen::none, VoiceTreatment::refuse}));

}  // namespace
}  // namespace cadenas::policy
