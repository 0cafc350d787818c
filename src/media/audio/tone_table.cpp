#include "media/audio/tone_table.hpp"

#include <array>

#include "media/audio/telephone_event.hpp"

namespace cadenas::media {
namespace {

constexpr std::size_t kPlans = 2;
constexpr std::size_t kTones = 4;

// A step of a continuous tone may have any length.
constexpr std::array kGenericDial{ToneStep{{425, 0}, 1000}};
constexpr std::array kGenericRingback{ToneStep{{425, 0}, 1000}, ToneStep{{}, 4000}};
constexpr std::array kGenericBusy{ToneStep{{425, 0}, 500}, ToneStep{{}, 500}};
constexpr std::array kGenericCongestion{ToneStep{{425, 0}, 250}, ToneStep{{}, 250}};
constexpr std::array kFranceDial{ToneStep{{440, 0}, 1000}};
constexpr std::array kFranceRingback{ToneStep{{440, 0}, 1500}, ToneStep{{}, 3500}};
constexpr std::array kFranceBusy{ToneStep{{440, 0}, 500}, ToneStep{{}, 500}};
constexpr std::array kFranceCongestion{ToneStep{{440, 0}, 250}, ToneStep{{}, 250}};

constexpr std::array<std::array<std::span<const ToneStep>, kTones>, kPlans> kCallTones{{
    {kGenericDial, kGenericRingback, kGenericBusy, kGenericCongestion},
    {kFranceDial, kFranceRingback, kFranceBusy, kFranceCongestion},
}};

constexpr ToneStep kDtmfPause{{}, 100};
constexpr std::array<std::uint16_t, 4> kRows{697, 770, 852, 941};
constexpr std::array<std::uint16_t, 4> kColumns{1209, 1336, 1477, 1633};
// Where each event of RFC 4733 stands on the keypad: row, then column.
constexpr std::array<std::array<std::uint8_t, 2>, 16> kKeys{{{3, 1},
                                                             {0, 0},
                                                             {0, 1},
                                                             {0, 2},
                                                             {1, 0},
                                                             {1, 1},
                                                             {1, 2},
                                                             {2, 0},
                                                             {2, 1},
                                                             {2, 2},
                                                             {3, 0},
                                                             {3, 2},
                                                             {0, 3},
                                                             {1, 3},
                                                             {2, 3},
                                                             {3, 3}}};

constexpr auto kDtmf = [] {
  std::array<std::array<ToneStep, 2>, kKeys.size()> steps{};
  for (std::size_t i = 0; i < kKeys.size(); ++i) {
    steps[i] = {ToneStep{{kRows[kKeys[i][0]], kColumns[kKeys[i][1]]}, 100}, kDtmfPause};
  }
  return steps;
}();

}  // namespace

Tone call_tone(TonePlan plan, CallTone tone) {
  return {kCallTones[static_cast<std::size_t>(plan)][static_cast<std::size_t>(tone)], true, -10};
}

std::optional<Tone> dtmf_tone(char digit) {
  const std::optional<std::uint8_t> event = event_of_digit(digit);
  if (!event) return std::nullopt;
  return Tone{kDtmf[*event], false, -8};
}

}  // namespace cadenas::media
