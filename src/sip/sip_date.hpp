#pragma once

#include <string_view>

#include "base/clock.hpp"
#include "base/error.hpp"

namespace cadenas::sip {

/// The value of a Date header, always GMT (RFC 3261 §20.17, rfc1123-date): "Sat, 13 Nov 2010 23:29:00 GMT".
/// Error "sip.date".
base::Result<base::WallTime> parse_sip_date(std::string_view value);

}  // namespace cadenas::sip
