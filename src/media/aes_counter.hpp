#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>

#include "base/bytes.hpp"

struct evp_cipher_ctx_st;

namespace cadenas::media {

/// AES in counter mode with a kept key schedule (RFC 3711 §4.1.1). One thread at a time.
class AesCounter {
 public:
  using Counter = std::array<std::uint8_t, 16>;

  /// `key` is 16 or 32 octets. Throws std::logic_error for another length, std::bad_alloc without memory.
  explicit AesCounter(base::ByteView key);

  /// XORs the keystream that starts at `start` over `data`, in place. False if the cipher failed; `data` is then lost.
  bool apply(const Counter& start, std::span<std::uint8_t> data);

 private:
  struct Release {
    void operator()(evp_cipher_ctx_st* context) const;
  };
  std::unique_ptr<evp_cipher_ctx_st, Release> context_;
};

}  // namespace cadenas::media
