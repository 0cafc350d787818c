#pragma once

#include <algorithm>

#include "base/clock.hpp"

namespace cadenas::sip {

/// The timer values of RFC 3261 §17.1.1.1 and table 4 (with RFC 6026 for L and M), from the three that are settable.
struct Timings {
  base::Millis t1{500};   ///< round-trip time estimate
  base::Millis t2{4000};  ///< longest interval between retransmissions of non-INVITE requests and responses
  base::Millis t4{5000};  ///< longest time a message stays in the network

  base::Millis timeout() const { return 64 * t1; }  ///< B, F, H, L, M, and J over UDP
  base::Millis d(bool reliable) const { return reliable ? base::Millis{0} : std::max(64 * t1, base::Millis{32'000}); }
  base::Millis i(bool reliable) const { return reliable ? base::Millis{0} : t4; }
  base::Millis j(bool reliable) const { return reliable ? base::Millis{0} : 64 * t1; }
  base::Millis k(bool reliable) const { return reliable ? base::Millis{0} : t4; }
};

}  // namespace cadenas::sip
