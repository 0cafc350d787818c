#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.hpp"

namespace cadenas::base {

using MacAddress = std::array<std::uint8_t, 6>;
using Ip4Address = std::array<std::uint8_t, 4>;  ///< in the order of the network

/// "02:00:5e:10:00:01".
std::string to_string(const MacAddress& mac);

/// An ARP packet of IPv4 over Ethernet (RFC 826).
struct ArpPacket {
  MacAddress sender_mac{};
  Ip4Address sender_ip{};
  Ip4Address target_ip{};
};

/// Nothing for what is no ARP of IPv4 over Ethernet, or neither request nor reply. Octets behind it are padding.
std::optional<ArpPacket> parse_arp(ByteView octets);

/// The request by which a host finds out whether an address is taken; it claims none itself (RFC 5227 §1.1).
Bytes make_arp_probe(const MacAddress& own, const Ip4Address& address);

/// Whether the packet says that somebody else has `address` (RFC 5227 §2.4). One who only probes for it does not.
bool claims(const ArpPacket& packet, const MacAddress& own, const Ip4Address& address);

}  // namespace cadenas::base
