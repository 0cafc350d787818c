#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.hpp"
#include "test_ca.hpp"
#include "test_crl.hpp"

namespace cadenas::pki {

inline constexpr int listed = 100'000;

/// Spread as random serials are, so that neighbours in time are none in the list.
inline std::string listed_serial(int number) {
  std::uint8_t octets[16] = {1};
  std::uint64_t mixed = static_cast<std::uint64_t>(number + 1) * 0x9e3779b97f4a7c15U;
  for (int i = 1; i < 16; ++i, mixed = mixed << 5 | mixed >> 59) octets[i] = static_cast<std::uint8_t>(mixed);
  return base::to_hex(octets);
}

/// DER, by `ca`, of the first 100,000 serials.
inline base::Bytes list_of(const Identity& ca) {
  TestList wanted{.number = 1};
  for (int i = 0; i < listed; ++i) wanted.entries.push_back({listed_serial(i)});
  return der_of(sign_list(wanted, ca));
}

}  // namespace cadenas::pki
