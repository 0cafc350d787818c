#pragma once

#include <cstdint>
#include <optional>

#include "policy/decision.hpp"
#include "policy/facts.hpp"

namespace cadenas::policy {

/// The audio line we write: RTP/SAVP with a=crypto (RFC 4568), RTP/AVP with a=crypto (RFC 8643), RTP/AVP without,
/// UDP/TLS/RTP/SAVP with a=fingerprint (RFC 5764), UDP/TLS/RTP/SAVPF with a=fingerprint and ICE (RFC 9429 §5.1.2).
enum class MediaForm : std::uint8_t { savp, avp_crypto, avp_plain, dtls, webrtc };
/// Its keys come from a DTLS handshake.
constexpr bool is_dtls(MediaForm form) {
  return form == MediaForm::dtls || form == MediaForm::webrtc;
}

/// How a phone or a trunk likes an encrypted offer; per device, since the phones' own style is not documented. `webrtc`
/// is what a browser understands, and the only thing.
enum class OfferStyle : std::uint8_t { savp, avp_crypto, dtls, webrtc };

/// Who makes the offer's occasion: our INVITE, or an INVITE without a description that our 200 answers with an offer.
enum class OfferMoment : std::uint8_t { in_request, in_response };

struct OfferPlan {
  MediaForm form = MediaForm::avp_plain;
  /// On `refuses_secure_offer(status)` send the INVITE once more as avp_plain.
  bool retry_plain = false;

  friend bool operator==(const OfferPlan&, const OfferPlan&) = default;
};

/// What we offer to a leg whose decision was made with `facts.offer == none`; nothing where the decision refuses.
///
/// Mode 2: RTP/SAVP and no second try. Mode 1: the device's style, tried again in clear once; an offer in a 200 has no
/// second try, so it is always avp_crypto there, which a plain peer can answer. A device of the style `dtls` gets that
/// in every case: it is set where nothing else would be understood. So does a browser its form, which is not tried
/// again in clear (`Facts::takes_clear` keeps the decision from being clear).
std::optional<OfferPlan> plan_offer(const Decision& decision, SrtpMode mode, OfferStyle style, OfferMoment moment);

/// 415, 488, 606: the phone does not take the description (RFC 3261 §21.4.13, §21.4.26, §21.6.4).
bool refuses_secure_offer(int status);

struct AnswerPlan {
  MediaForm form = MediaForm::avp_plain;
  /// The offer had two audio lines: the one of the other profile gets port 0, in its place (RFC 3264 §6).
  bool zero_other_line = false;

  friend bool operator==(const AnswerPlan&, const AnswerPlan&) = default;
};

/// What we answer to the offer the decision was made for; nothing where the decision refuses or `offer` is none.
/// An answer keeps the profile of the line it answers (RFC 3264 §6, RFC 8643 §3.1). It is `dtls` with ICE and without:
/// ICE is answered where it was offered.
std::optional<AnswerPlan> plan_answer(const Decision& decision, MediaSeen offer);

/// What a phone's answer to our offer means. Keys in either profile answer an offer with keys (some peers change the
/// profile). Keys nobody offered are ignored. RTP/SAVP without keys, a certificate for an offer with keys or the other
/// way round, and an answer that drops the encryption an RTP/SAVP or DTLS offer asked for, are refused: no silent
/// downgrade.
VoiceTreatment judge_answer(MediaForm offered, MediaSeen answered);

}  // namespace cadenas::policy
