#include "policy/media_form.hpp"

namespace cadenas::policy {

std::optional<OfferPlan> plan_offer(const Decision& decision, SrtpMode mode, OfferStyle style, OfferMoment moment) {
  switch (decision.voice) {
    case VoiceTreatment::refuse:
      return std::nullopt;
    case VoiceTreatment::clear:
      return OfferPlan{MediaForm::avp_plain, false};
    case VoiceTreatment::encrypt:
      break;
  }
  if (style == OfferStyle::webrtc) return OfferPlan{MediaForm::webrtc, false};
  if (style == OfferStyle::dtls) {
    return OfferPlan{MediaForm::dtls, mode != SrtpMode::only && moment == OfferMoment::in_request};
  }
  if (mode == SrtpMode::only) return OfferPlan{MediaForm::savp, false};
  if (moment == OfferMoment::in_response) return OfferPlan{MediaForm::avp_crypto, false};
  return style == OfferStyle::savp ? OfferPlan{MediaForm::savp, true} : OfferPlan{MediaForm::avp_crypto, true};
}

bool refuses_secure_offer(int status) {
  return status == 415 || status == 488 || status == 606;
}

std::optional<AnswerPlan> plan_answer(const Decision& decision, MediaSeen offer) {
  if (decision.voice == VoiceTreatment::refuse) return std::nullopt;
  const bool encrypt = decision.voice == VoiceTreatment::encrypt;
  switch (offer) {
    case MediaSeen::savp_with_crypto:
      return AnswerPlan{MediaForm::savp, false};
    case MediaSeen::avp_with_crypto:
      return AnswerPlan{encrypt ? MediaForm::avp_crypto : MediaForm::avp_plain, false};
    case MediaSeen::both_lines:
      return AnswerPlan{encrypt ? MediaForm::savp : MediaForm::avp_plain, true};
    case MediaSeen::avp_plain:
      return AnswerPlan{MediaForm::avp_plain, false};
    case MediaSeen::dtls:
      return AnswerPlan{MediaForm::dtls, false};
    case MediaSeen::dtls_or_plain:
      return AnswerPlan{encrypt ? MediaForm::dtls : MediaForm::avp_plain, true};
    case MediaSeen::savp_without_crypto:
    case MediaSeen::none:
      break;
  }
  return std::nullopt;
}

VoiceTreatment judge_answer(MediaForm offered, MediaSeen answered) {
  const bool keys = answered == MediaSeen::savp_with_crypto || answered == MediaSeen::avp_with_crypto;
  switch (offered) {
    case MediaForm::savp:
      return keys ? VoiceTreatment::encrypt : VoiceTreatment::refuse;
    case MediaForm::avp_crypto:
      // Some peers answer RTP/SAVP to RTP/AVP with keys; both mean the same keys were taken.
      if (keys) return VoiceTreatment::encrypt;
      return answered == MediaSeen::avp_plain ? VoiceTreatment::clear : VoiceTreatment::refuse;
    case MediaForm::dtls:
    case MediaForm::webrtc:
      return answered == MediaSeen::dtls ? VoiceTreatment::encrypt : VoiceTreatment::refuse;
    case MediaForm::avp_plain:
      break;
  }
  return answered == MediaSeen::avp_plain || answered == MediaSeen::avp_with_crypto ? VoiceTreatment::clear
                                                                                    : VoiceTreatment::refuse;
}

}  // namespace cadenas::policy
