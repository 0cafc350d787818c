#pragma once

#include <optional>
#include <string_view>

namespace cadenas::sip {

/// The digit (`0`…`9`, `*`, `#`, `A`…`D`) that a SIP INFO carries: application/dtmf-relay, `Signal=5` among its lines,
/// or application/dtmf, the digit alone. Both are as phones write them, no RFC is. Nothing for anything else.
std::optional<char> digit_of_info(std::string_view content_type, std::string_view body);

}  // namespace cadenas::sip
