#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.hpp"

/// What those who read and those who write STUN both know of its form (RFC 8489).
namespace cadenas::media::stun {

constexpr std::size_t kHeader = 20;
constexpr std::uint32_t kMagicCookie = 0x2112a442;
constexpr std::uint16_t kBinding = 0x0001;  // the method, where the class is a request's

/// Types of attributes (RFC 8489 §18.3, RFC 8445 §20.2).
enum Attribute : std::uint16_t {
  username = 0x0006,
  message_integrity = 0x0008,
  error_code = 0x0009,
  unknown_attributes = 0x000a,
  xor_mapped_address = 0x0020,
  priority = 0x0024,
  use_candidate = 0x0025,
  fingerprint = 0x8028,
  ice_controlled = 0x8029,
};
/// One that a receiver may pass over if it does not know it (RFC 8489 §14).
constexpr bool is_optional(std::uint16_t type) {
  return type >= 0x8000;
}

constexpr std::size_t kAttributeHeader = 4;
constexpr std::size_t kIntegrity = 20;   // octets of the value of MESSAGE-INTEGRITY
constexpr std::size_t kFingerprint = 4;  // …and of FINGERPRINT
/// Values are padded to a multiple of four (§14).
constexpr std::size_t padded(std::size_t octets) {
  return (octets + 3) & ~std::size_t{3};
}

/// The value of the FINGERPRINT that follows `message`, whose length counts it already (§14.7).
std::uint32_t fingerprint_of(base::ByteView message);

}  // namespace cadenas::media::stun
