#pragma once

#include <cstddef>
#include <string_view>

namespace cadenas::base {

/// Octets of the well-formed UTF-8 sequence (RFC 3629 §4) that `text` begins with; 0 if it begins with none.
std::size_t utf8_sequence(std::string_view text);
/// All of it is well-formed UTF-8.
bool is_utf8(std::string_view text);

}  // namespace cadenas::base
