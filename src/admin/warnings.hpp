#pragma once

#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "pki/certificate.hpp"
#include "store/model.hpp"

namespace cadenas::admin {

/// What keeps this system from encrypting, or soon will, in plain words for `status` (RIGHT-1, RIGHT-3, RIGHT-6,
/// CERT-6, CERT-8). `certificate` is the one in service.
std::vector<base::Error> warnings(const store::SystemSettings& settings,
                                  const std::optional<pki::Certificate>& certificate, base::WallTime now);

}  // namespace cadenas::admin
