#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "pbx/counters.hpp"
#include "pki/certificate.hpp"
#include "store/model.hpp"

namespace cadenas::admin {

/// Adds what the API itself knows: subscriptions, licence, the certificate's end (CERT-8), sessions. `certificate` is
/// the one in service.
void add_own_samples(std::vector<pbx::CounterSample>& samples, const store::Snapshot& snapshot,
                     const std::optional<pki::Certificate>& certificate, base::WallTime now, std::size_t sessions);

/// Prometheus text exposition format 0.0.4; samples of one name are put together under one HELP and TYPE.
std::string exposition(const std::vector<pbx::CounterSample>& samples);

}  // namespace cadenas::admin
