#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/address_check.hpp"
#include "base/error.hpp"

namespace cadenas::pbx {

/// Whether the media board of this system takes new sessions (OPS-2, menu 2.3.4.2). What it has already goes on. Any
/// thread.
class EipService {
 public:
  void set(bool in_service) { in_service_.store(in_service); }
  bool in_service() const { return in_service_.load(); }
  /// Error "eip.out-of-service".
  base::Result<void> check() const {
    if (in_service()) return {};
    return base::fail("eip.out-of-service", "The media board is out of service.");
  }

 private:
  std::atomic<bool> in_service_{true};
};

/// The media board as the check page shows it (OPS-2).
struct EipView {
  bool in_service = true;
  std::vector<base::AddressCheck> addresses;  ///< that it is bound to, as of the last look; empty before the first
  std::size_t sessions = 0;                   ///< relayed and conference legs, on the board now
  std::size_t free_ports_ip4 = 0;             ///< RTP/RTCP pairs
  std::size_t free_ports_ip6 = 0;
};

}  // namespace cadenas::pbx
