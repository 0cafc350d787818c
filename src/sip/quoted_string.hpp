#pragma once

#include <string>
#include <string_view>

namespace cadenas::sip {

/// Content of a quoted string with quoted-pairs resolved (RFC 3261 §25.1); any other text comes back as it is.
std::string unquote(std::string_view text);
/// `text` between quotes, with `"` and `\` escaped; CR and LF, which no quoted string can carry, become spaces.
std::string quote(std::string_view text);

}  // namespace cadenas::sip
