#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/bytes.hpp"
#include "media/hmac_sha1.hpp"

namespace cadenas::media {

/// Whether a datagram on a media port is STUN, by its first octet (RFC 7983 §7).
constexpr bool is_stun(std::uint8_t first_octet) {
  return first_octet <= 3;
}

/// The class of a message, as its two bits count (RFC 8489 §5).
enum class StunClass : std::uint8_t { request, indication, success, error };

using StunTransaction = std::array<std::uint8_t, 12>;

/// A Binding message of STUN (RFC 8489) as an ICE agent sends it (RFC 8445 §7.1). It looks into the datagram it was
/// read from, and says nothing yet of who sent it.
struct StunMessage {
  static constexpr std::size_t kMostUnknown = 8;

  StunClass kind = StunClass::request;
  StunTransaction transaction{};
  std::optional<std::string_view> username;
  std::optional<std::size_t> integrity_at;  ///< where MESSAGE-INTEGRITY begins; what follows it is not read
  bool nominates = false;                   ///< USE-CANDIDATE
  bool is_controlled = false;               ///< ICE-CONTROLLED: the sender leaves it to us to nominate

  /// Types of attributes that must be understood and are not; of more than eight the first.
  std::span<const std::uint16_t> unknown() const { return std::span(unknown_).first(unknown_count_); }
  void add_unknown(std::uint16_t type) {
    if (unknown_count_ < kMostUnknown) unknown_[unknown_count_++] = type;
  }

 private:
  std::array<std::uint16_t, kMostUnknown> unknown_{};
  std::size_t unknown_count_ = 0;
};

/// Nothing for what is no Binding message, is not whole, has an attribute of a wrong length, or a FINGERPRINT that is
/// not right. One without a FINGERPRINT is taken: the first octet has told it from voice already. Does not allocate.
std::optional<StunMessage> parse_stun(base::ByteView datagram);

/// Whether the MESSAGE-INTEGRITY of the message, which was read from `datagram`, is by that password (RFC 8489 §14.5),
/// in time that does not depend on how wrong it is. False without one.
bool is_authentic(const StunMessage& message, base::ByteView datagram, const HmacSha1& password);

}  // namespace cadenas::media
