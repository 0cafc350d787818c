// ARP packets of a link, where anybody may send any.

#include <cstddef>
#include <cstdint>

#include "base/arp.hpp"
#include "require.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cadenas::base;
  const auto packet = parse_arp({data, size});
  if (!packet) return 0;
  const MacAddress own{2, 0, 0, 0, 0, 1};
  // Whoever has our own hardware address is us.
  require(packet->sender_mac != own || !claims(*packet, own, packet->sender_ip));
  const Bytes probe = make_arp_probe(packet->sender_mac, packet->target_ip);
  const auto again = parse_arp(probe);
  require(again && again->sender_mac == packet->sender_mac && again->target_ip == packet->target_ip);
  return 0;
}
