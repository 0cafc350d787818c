#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/bytes.hpp"

namespace cadenas::media {

/// The labels of RFC 3711 §4.3.1 and §4.3.2.
enum class KeyLabel : std::uint8_t {
  rtp_encryption = 0,
  rtp_authentication = 1,
  rtp_salt = 2,
  rtcp_encryption = 3,
  rtcp_authentication = 4,
  rtcp_salt = 5,
};

/// One session key: AES-CM as the pseudo-random function (RFC 3711 §4.3.3; RFC 6188 §3 for 256 bits), key derivation
/// rate 0. `master_key` has 16 or 32 octets, `master_salt` 14, or the 12 of an AEAD suite, which count as 14 with two
/// zeros behind them (RFC 7714 §11, as every implementation reads it). Throws std::logic_error otherwise.
base::SecretBytes derive_key(base::ByteView master_key, base::ByteView master_salt, KeyLabel label, std::size_t octets);

}  // namespace cadenas::media
