#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/endpoint.hpp"

namespace cadenas::base {

/// How an address stands on the interface that ought to have it.
enum class AddressState : std::uint8_t {
  good,      ///< on an interface, and nobody else claims it
  conflict,  ///< another machine has it, too
  absent,    ///< on no interface of this machine
  unproven,  ///< on an interface; whether it is there alone could not be asked
};
constexpr std::string_view to_string(AddressState state) {
  constexpr std::string_view words[]{"good", "conflict", "absent", "unproven"};
  return words[static_cast<std::size_t>(state)];
}

struct AddressCheck {
  Endpoint address;  ///< port 0
  AddressState state = AddressState::good;
  std::string interface {};  ///< empty where it is on none
  std::string reason{};      ///< a sentence, empty for good

  friend bool operator==(const AddressCheck&, const AddressCheck&) = default;
};

/// Looks whether an address is on an interface, and asks its link whether somebody else has it: IPv4 by ARP probes
/// (RFC 5227), which need CAP_NET_RAW; IPv6 by what the kernel's duplicate address detection found (RFC 4862 §5.4). An
/// address of the loopback is good. Blocks for `patience` at most.
AddressCheck check_address(const Endpoint& address, Millis patience);

}  // namespace cadenas::base
