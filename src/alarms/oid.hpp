#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace cadenas::alarms {

/// An object identifier (X.660), one number an arc.
using Oid = std::vector<std::uint32_t>;

/// "1.3.6.1.4.1.8072": 2 to 100 arcs, so that what is below fits into the 128 of SMI (RFC 2578 §3.5). Error "snmp.oid".
base::Result<Oid> parse_oid(std::string_view text);
std::string to_string(const Oid& oid);

}  // namespace cadenas::alarms
