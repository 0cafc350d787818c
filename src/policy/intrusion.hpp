#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "base/error.hpp"

namespace cadenas::policy {

/// How somebody breaks into a call of two others.
enum class Intrusion : std::uint8_t {
  intrude,    ///< the three become a conference in clear (CONF-5)
  listen_in,  ///< he hears, and is not heard (CONF-6)
  intervene,  ///< he hears and is heard, the call stays as it is (CONF-6)
};

/// One of the three sets.
struct IntrusionSet {
  std::string number;
  bool is_protected = false;    ///< of a party: against being broken in upon
  bool takes_clear = true;      ///< its mode allows clear voice
  bool encrypted = false;       ///< its leg is
  bool in_conversation = true;  ///< neither on hold nor just being changed
};

struct IntrusionFacts {
  Intrusion kind = Intrusion::intrude;
  bool right = false;  ///< the newcomer's, to this kind
  IntrusionSet newcomer;
  std::array<IntrusionSet, 2> parties;
};

/// Whether it may be. An intrusion is never encrypted, so a set that forbids clear voice forbids it; listening in and
/// intervening want three sets that are all encrypted, or none. Errors "intrusion.no-right", "intrusion.protected",
/// "intrusion.own-call", "intrusion.call-on-hold", "intrusion.clear-forbidden", "intrusion.mixed-encryption"; the
/// sentence names who is in the way.
base::Result<void> judge_intrusion(const IntrusionFacts& facts);

}  // namespace cadenas::policy
