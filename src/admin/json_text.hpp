#pragma once

#include <string>
#include <string_view>

namespace cadenas::admin {

/// Text from the network as JSON may hold it (RFC 8259 §8.1): each octet that is not part of well-formed UTF-8
/// (RFC 3629 §4) becomes U+FFFD.
std::string json_text(std::string_view from_network);

}  // namespace cadenas::admin
