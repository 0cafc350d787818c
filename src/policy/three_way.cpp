#include "policy/three_way.hpp"

namespace cadenas::policy {

base::Result<void> judge_three_way(const std::array<ThreeWayParty, 2>& parties) {
  for (const ThreeWayParty& strict : parties) {
    if (strict.takes_clear) continue;
    for (const ThreeWayParty& other : parties) {
      if (other.encrypted) continue;
      return base::fail("conference.clear-forbidden", "The voice of " + other.number + " is clear, and " +
                                                          strict.number + " takes encrypted voice only.");
    }
  }
  return {};
}

}  // namespace cadenas::policy
