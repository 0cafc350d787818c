#include "media/stun_format.hpp"

#include <array>

namespace cadenas::media::stun {
namespace {

/// CRC-32 of ITU-T V.42, the least bit first.
constexpr std::array<std::uint32_t, 256> kCrcTable = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t octet = 0; octet < table.size(); ++octet) {
    std::uint32_t left = octet;
    for (int bit = 0; bit < 8; ++bit) left = (left >> 1) ^ ((left & 1) != 0 ? 0xedb88320u : 0u);
    table[octet] = left;
  }
  return table;
}();

}  // namespace

std::uint32_t fingerprint_of(base::ByteView message) {
  std::uint32_t crc = 0xffffffff;
  for (const std::uint8_t octet : message) crc = (crc >> 8) ^ kCrcTable[(crc ^ octet) & 0xff];
  return ~crc ^ 0x5354554e;
}

}  // namespace cadenas::media::stun
