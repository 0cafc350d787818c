#pragma once

#include <string_view>

#include "sip/message.hpp"

namespace cadenas::sip {

/// The kind of a header field by its name, compact forms included (RFC 3261 §7.3.3), without regard to case.
HeaderId header_id(std::string_view name);
/// The full name as the RFC writes it, empty for `other`.
std::string_view header_name(HeaderId id);

}  // namespace cadenas::sip
