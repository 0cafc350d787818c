#pragma once

#include "base/clock.hpp"
#include "media/audio/tone_table.hpp"
#include "media/tdm/bus.hpp"

namespace cadenas::pbx {

/// How ports of the TDM bus are served.
struct TdmSettings {
  media::tdm::BusSettings bus;
  base::Millis first_digit{15'000};  ///< after the dial tone began; then congestion tone
  base::Millis next_digit{5'000};    ///< what was dialled so far is then taken for the whole
  /// Where a set flashes its hook between two parties: how long it may dial what is to become of them. Zero: nothing is
  /// dialled, the two change places at once.
  base::Millis flash_digit{3'000};
};

}  // namespace cadenas::pbx
