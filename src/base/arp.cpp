#include "base/arp.hpp"

#include <algorithm>
#include <cstddef>

namespace cadenas::base {

namespace {

// RFC 826: hardware type, protocol type, their lengths, operation; then the two senders and the two targets.
constexpr std::size_t header_octets = 8;
constexpr std::size_t packet_octets = 28;
constexpr std::size_t sender_ip_at = 14;
constexpr std::size_t target_ip_at = 24;
constexpr std::array<std::uint8_t, 6> ip4_over_ethernet{0, 1, 8, 0, 6, 4};
constexpr std::uint8_t request = 1;
constexpr std::uint8_t reply = 2;

}  // namespace

std::string to_string(const MacAddress& mac) {
  std::string out;
  for (const std::uint8_t octet : mac) {
    if (!out.empty()) out += ':';
    out += to_hex(ByteView(&octet, 1));
  }
  return out;
}

std::optional<ArpPacket> parse_arp(ByteView octets) {
  if (octets.size() < packet_octets) return std::nullopt;
  if (!std::equal(ip4_over_ethernet.begin(), ip4_over_ethernet.end(), octets.begin())) return std::nullopt;
  if (octets[6] != 0 || (octets[7] != request && octets[7] != reply)) return std::nullopt;
  ArpPacket out;
  std::copy_n(octets.begin() + header_octets, out.sender_mac.size(), out.sender_mac.begin());
  std::copy_n(octets.begin() + sender_ip_at, out.sender_ip.size(), out.sender_ip.begin());
  std::copy_n(octets.begin() + target_ip_at, out.target_ip.size(), out.target_ip.begin());
  return out;
}

Bytes make_arp_probe(const MacAddress& own, const Ip4Address& address) {
  Bytes out(packet_octets, 0);
  std::copy(ip4_over_ethernet.begin(), ip4_over_ethernet.end(), out.begin());
  out[7] = request;
  std::copy(own.begin(), own.end(), out.begin() + header_octets);
  std::copy(address.begin(), address.end(), out.begin() + target_ip_at);
  return out;
}

bool claims(const ArpPacket& packet, const MacAddress& own, const Ip4Address& address) {
  return packet.sender_mac != own && packet.sender_ip == address;
}

}  // namespace cadenas::base
