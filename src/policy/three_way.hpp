#pragma once

#include <array>
#include <string>

#include "base/error.hpp"

namespace cadenas::policy {

/// One of the two whom a third brings together in a conference of three (CONF-2).
struct ThreeWayParty {
  std::string number;
  bool takes_clear = true;  ///< it is not set to encrypted voice only
  bool encrypted = false;   ///< no packet of its leg is clear now
};

/// Whether the two may be in one conference. It is encrypted while all of it can be (CONF-1) and clear else (CONF-4),
/// so that nobody who takes encrypted voice only is brought together with somebody who is clear. Error
/// "conference.clear-forbidden".
base::Result<void> judge_three_way(const std::array<ThreeWayParty, 2>& parties);

}  // namespace cadenas::policy
