#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sip/sdp.hpp"

namespace cadenas::sip {

/// The name of an m= section, a=mid (RFC 5888 §4): a token. Empty where it has none, or none that is one.
std::string mid_of(const SdpMedia& section);

/// The names of the sections that are to share one transport with the section of that name, itself among them, in the
/// order of a=group:BUNDLE (RFC 9143 §5): its first is the one whose address counts. Empty: it is in no such group.
std::vector<std::string> bundle_of(const Sdp& sdp, std::string_view mid);

/// Appends a=group:BUNDLE to the session.
void add_bundle(Sdp& sdp, std::string_view mid);

}  // namespace cadenas::sip
