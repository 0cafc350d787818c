#pragma once

#include <cstddef>
#include <cstdint>

namespace cadenas::pbx {

/// Bounds of registrations (configuration).
struct RegistrarSettings {
  std::uint32_t min_expires_s = 60;        ///< shorter: 423 with Min-Expires (RFC 3261 §10.2.8)
  std::uint32_t default_expires_s = 3600;  ///< where the phone names none
  std::uint32_t max_expires_s = 7200;      ///< longer is cut
  std::size_t bindings_per_number = 10;
  std::size_t contact_octets = 1024;  ///< of one contact URI
};

}  // namespace cadenas::pbx
