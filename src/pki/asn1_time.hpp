#pragma once

#include <optional>

#include <openssl/types.h>

#include "base/clock.hpp"

namespace cadenas::pki {

/// A UTCTime or GeneralizedTime in whole seconds (ASN1_GENERALIZEDTIME is the same type to OpenSSL); nothing where it
/// is null or cannot be read.
std::optional<base::WallTime> wall_time(const ASN1_TIME* time);

}  // namespace cadenas::pki
