#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "base/bytes.hpp"

struct evp_cipher_ctx_st;

namespace cadenas::media {

/// AES in Galois/counter mode with a kept key schedule, the IV of 12 octets and tag of 16 of RFC 7714. One thread at a
/// time; no call allocates.
class AesGcm {
 public:
  using Iv = std::array<std::uint8_t, 12>;
  static constexpr std::size_t kTag = 16;

  /// `key` is 16 or 32 octets. Throws std::logic_error for another length, std::bad_alloc without memory.
  explicit AesGcm(base::ByteView key);

  /// Encrypts `data` in place and writes the tag over `first`, `second` and it. Never call it twice with one IV unless
  /// everything else is the same too. False if the cipher failed; `data` is then lost.
  bool seal(const Iv& iv, base::ByteView first, base::ByteView second, std::span<std::uint8_t> data,
            std::span<std::uint8_t> tag);
  /// Decrypts `data` in place; false if the tag does not verify, and `data` is then what it was.
  bool open(const Iv& iv, base::ByteView first, base::ByteView second, std::span<std::uint8_t> data,
            base::ByteView tag);
  /// As `open`, but leaves `data` as it was in any case.
  bool verify(const Iv& iv, base::ByteView first, base::ByteView second, std::span<std::uint8_t> data,
              base::ByteView tag);

 private:
  bool decrypt(const Iv& iv, base::ByteView first, base::ByteView second, std::span<std::uint8_t> data,
               base::ByteView tag);
  void encrypt_back(const Iv& iv, std::span<std::uint8_t> data);

  struct Release {
    void operator()(evp_cipher_ctx_st* context) const;
  };
  std::unique_ptr<evp_cipher_ctx_st, Release> context_;
};

}  // namespace cadenas::media
