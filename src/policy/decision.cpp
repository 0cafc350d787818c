#include "policy/decision.hpp"

#include <algorithm>

namespace cadenas::policy {

namespace {

struct Standing {
  bool applies;
  bool holds;
};

Standing standing(Condition condition, const Facts& f) {
  const bool other_system = f.peer != PeerPlacement::same_system;
  const bool has_certificate = f.certificate != CertificateState::none;
  switch (condition) {
    case Condition::licence:
      return {true, f.licensed};
    case Condition::subscription_right:
      return {!f.trunk, f.subscription_right};
    case Condition::class_right:
      return {!f.trunk, f.class_right};
    case Condition::voice_encryption:
      return {true, f.voice_encryption};
    case Condition::inter_ipbx_local:
      return {other_system, f.inter_ipbx_local};
    case Condition::inter_ipbx_remote:
      return {other_system, f.inter_ipbx_remote};
    case Condition::terminal_capable:
      return {!f.trunk, f.terminal_can_srtp};
    case Condition::terminal_srtp_on:
      return {!f.trunk, f.srtp_mode != SrtpMode::off};
    case Condition::trunk_srtp_on:
      return {f.trunk, f.srtp_mode != SrtpMode::off};
    case Condition::peer_not_i7xx:
      return {true, !f.peer_is_i7xx};
    case Condition::signalling_encrypted:
      return {!f.trunk, f.transport == LegTransport::tls};
    case Condition::trunk_signalling:
      return {f.trunk, f.transport == LegTransport::tls};
    case Condition::certificate_present:
      return {true, has_certificate};
    case Condition::certificate_begun:
      return {has_certificate, f.certificate != CertificateState::not_yet_valid};
    case Condition::certificate_not_expired:
      return {has_certificate, f.certificate != CertificateState::expired};
    case Condition::remote_certificate:
      return {other_system, f.remote_certificate_valid};
    case Condition::offer_with_crypto:
      return {f.offer != MediaSeen::none, f.offer != MediaSeen::avp_plain && f.offer != MediaSeen::savp_without_crypto};
  }
  return {true, false};
}

bool offers_secure_line_only(MediaSeen offer) {
  return offer == MediaSeen::savp_with_crypto || offer == MediaSeen::savp_without_crypto || offer == MediaSeen::dtls;
}

}  // namespace

std::string_view to_string(VoiceTreatment treatment) {
  switch (treatment) {
    case VoiceTreatment::encrypt:
      return "encrypt";
    case VoiceTreatment::clear:
      return "clear";
    case VoiceTreatment::refuse:
      break;
  }
  return "refuse";
}

bool Decision::allowed() const {
  return std::all_of(verdicts.begin(), verdicts.end(), [](const Verdict& v) { return v.holds; });
}

std::vector<Condition> Decision::failing() const {
  std::vector<Condition> out;
  for (const Verdict& v : verdicts) {
    if (!v.holds) out.push_back(v.condition);
  }
  return out;
}

Decision decide(const Facts& facts) {
  Decision decision;
  for (const Condition condition : all_conditions()) {
    const auto [applies, holds] = standing(condition, facts);
    decision.verdicts[static_cast<std::size_t>(condition)] = {condition, holds || !applies, applies};
  }
  if (decision.allowed()) {
    decision.voice = VoiceTreatment::encrypt;
  } else if (facts.srtp_mode == SrtpMode::only) {
    decision.voice = VoiceTreatment::refuse;
    decision.refusal = {488,
                        facts.trunk ? "The trunk is set to SRTP only and this call may not be encrypted."
                                    : "The terminal is set to SRTP only and this call may not be encrypted.",
                        false};
  } else if (!facts.takes_clear && facts.offer == MediaSeen::none) {
    decision.voice = VoiceTreatment::refuse;
    decision.refusal = {488, "A browser takes encrypted voice only and this call may not be encrypted.", false};
  } else if (offers_secure_line_only(facts.offer)) {
    decision.voice = VoiceTreatment::refuse;
    decision.refusal = {488, "The offer is for SRTP only and this call may not be encrypted.", true};
  }
  return decision;
}

Decision of_time_slot() {
  Decision decision;
  for (const Condition condition : all_conditions()) {
    decision.verdicts[static_cast<std::size_t>(condition)] = {condition, true, false};
  }
  return decision;
}

}  // namespace cadenas::policy
