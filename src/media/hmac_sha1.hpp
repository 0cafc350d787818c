#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <openssl/sha.h>

#include "base/bytes.hpp"

namespace cadenas::media {

/// HMAC-SHA1 (RFC 2104) whose two key blocks are hashed once; what remains per packet is two copies of a state.
/// Safe for concurrent `sign`; wiped when it goes.
class HmacSha1 {
 public:
  using Digest = std::array<std::uint8_t, 20>;

  explicit HmacSha1(base::ByteView key);
  ~HmacSha1();
  HmacSha1(HmacSha1&&) = default;
  HmacSha1& operator=(const HmacSha1&) = delete;

  /// The digest of `message` followed by `suffix` (the rollover counter, RFC 3711 §4.2).
  Digest sign(base::ByteView message, base::ByteView suffix) const;

 private:
  SHA_CTX inner_;
  SHA_CTX outer_;
};

}  // namespace cadenas::media
