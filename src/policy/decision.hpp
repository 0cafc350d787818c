#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "policy/condition.hpp"
#include "policy/facts.hpp"

namespace cadenas::policy {

/// How one condition stands for one leg.
struct Verdict {
  Condition condition{};
  bool holds = false;   ///< true also where the condition does not apply
  bool applies = true;  ///< false where the facts make it meaningless (inter-iPBX within one system)

  friend bool operator==(const Verdict&, const Verdict&) = default;
};

enum class VoiceTreatment : std::uint8_t { encrypt, clear, refuse };
std::string_view to_string(VoiceTreatment treatment);

/// The answer to an offer, or to "what may we offer", that cannot be met. All zero and empty where voice is not
/// refused.
struct Refusal {
  int status = 0;           ///< SIP status, 488 (RFC 3261 §21.4.26)
  std::string_view reason;  ///< one sentence
  /// The phone may try again in clear: the 488 carries a description with RTP/AVP (RFC 3261 §21.4.26). False where the
  /// phone is set to SRTP only, or is a browser.
  bool clear_acceptable = false;
};

/// What to do with one leg's voice, and the standing of every condition behind it: the proof shown later (RIGHT-9).
struct Decision {
  VoiceTreatment voice = VoiceTreatment::clear;
  Refusal refusal;
  std::array<Verdict, condition_count> verdicts{};  ///< every condition, in the order of `Condition`

  /// True exactly when every condition holds; then, and but for a time slot only then, is `voice` encrypt.
  bool allowed() const;
  /// The conditions that apply and do not hold, in order.
  std::vector<Condition> failing() const;
};

/// Decides once per leg and per offer (RIGHT-1…8, ENC-8, CERT-8). Pure: no clock, no state, no failure; any thread.
///
/// Encrypt if and only if every condition holds. Otherwise clear, except that a leg which can only be encrypted
/// (`sip srtp mode` 2, a browser, or an offer whose only audio line is RTP/SAVP) is refused with 488 rather than
/// downgraded.
Decision decide(const Facts& facts);

/// Of a leg that is a time slot of the system's own TDM bus: clear by nature, and no condition applies, since no packet
/// carries its voice (ENC-5, ENC-6). The leg at the other end of the call is decided on its own.
Decision of_time_slot();

}  // namespace cadenas::policy
