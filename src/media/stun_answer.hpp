#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/bytes.hpp"
#include "base/endpoint.hpp"
#include "media/hmac_sha1.hpp"
#include "media/stun_message.hpp"

namespace cadenas::media {

/// Why a request is refused, as ERROR-CODE says it (RFC 8489 §14.8, RFC 8445 §20.3).
enum class StunError : std::uint16_t {
  bad_request = 400,
  unauthenticated = 401,
  unknown_attribute = 420,
  role_conflict = 487,
};

/// Writes the answer to a Binding request, attribute after attribute, in the order in which they are added.
class StunAnswer {
 public:
  /// The largest it gets, with every attribute there is.
  static constexpr std::size_t kLargest = 128;
  /// A refusal with ERROR-CODE and FINGERPRINT alone, which is what a stranger gets.
  static constexpr std::size_t kRefusal = 36;

  /// `room` has `kLargest` octets at least and outlives it.
  StunAnswer(std::span<std::uint8_t> room, StunClass kind, const StunTransaction& transaction);

  void add_mapped(const base::Endpoint& source);  ///< XOR-MAPPED-ADDRESS (RFC 8489 §14.2)
  /// ERROR-CODE, without a phrase: who sends checks goes by the number, and so the answer stays small.
  void add_error(StunError error);
  /// UNKNOWN-ATTRIBUTES (§14.13), at most StunMessage::kMostUnknown of them.
  void add_unknown(std::span<const std::uint16_t> types);
  void sign(const HmacSha1& password);  ///< MESSAGE-INTEGRITY (§14.5)
  /// Adds FINGERPRINT, after which nothing can be added. The octets written.
  std::size_t finish();

 private:
  std::span<std::uint8_t> begin_attribute(std::uint16_t type, std::size_t octets);

  std::span<std::uint8_t> room_;
  std::size_t octets_;
};

}  // namespace cadenas::media
