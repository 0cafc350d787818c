#include "media/tdm/call_control.hpp"

namespace cadenas::media::tdm {

RingCadence ring_cadence(TonePlan plan) {
  const Tone tone = call_tone(plan, CallTone::ringback);
  return {tone.steps[0].ms, tone.steps[1].ms};
}

std::string as_number(std::string_view text) {
  std::string number;
  for (const char c : text) {
    if (is_number_digit(c) && number.size() < kMostDigits) number += c;
  }
  return number;
}

}  // namespace cadenas::media::tdm
