#pragma once

#include <cstdint>

namespace cadenas::pbx {

/// The SIP status that a cause of ITU-T Q.850 becomes (RFC 3398 §7.2.4.1), and back (§8.2.6.1). Pure.
int status_of_cause(std::uint8_t cause);
std::uint8_t cause_of_status(int status);

}  // namespace cadenas::pbx
