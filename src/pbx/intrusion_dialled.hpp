#pragma once

#include <optional>
#include <string>

#include "pbx/call_settings.hpp"
#include "policy/intrusion.hpp"

namespace cadenas::pbx {

/// A wish to break into the call of a number.
struct IntrusionDialled {
  policy::Intrusion kind = policy::Intrusion::intrude;
  std::string number;
};

/// What is dialled with one of the prefixes of the settings; nothing for another number. Pure.
std::optional<IntrusionDialled> intrusion_dialled(const CallSettings& settings, const std::string& number);

/// "intrusion", "listen-in", "intervention".
std::string word_of(policy::Intrusion kind);

}  // namespace cadenas::pbx
