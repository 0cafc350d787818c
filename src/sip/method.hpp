#pragma once

#include <cstdint>
#include <string_view>

namespace cadenas::sip {

/// Request methods in the IANA registry that the stack treats by name; any other token is `unknown` and kept as text.
enum class Method : std::uint8_t {
  unknown,
  ack,
  bye,
  cancel,
  info,
  invite,
  message,
  notify,
  options,
  prack,
  publish,
  refer,
  register_,
  subscribe,
  update,
};

/// Case-sensitive (RFC 3261 §7.1).
Method method_of(std::string_view name);
/// The token, e.g. "INVITE"; empty for unknown.
std::string_view to_string(Method method);

}  // namespace cadenas::sip
