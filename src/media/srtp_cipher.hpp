#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "base/bytes.hpp"
#include "media/aes_counter.hpp"
#include "media/hmac_sha1.hpp"
#include "media/leg_media.hpp"
#include "media/suite.hpp"

namespace cadenas::media {

/// Which of the two protocols a set of session keys is for.
enum class Protocol : std::uint8_t { rtp, rtcp };

/// The session keys of one master key for SRTP or SRTCP, ready to work: the transforms of a suite and nothing about
/// streams. One thread at a time.
class SrtpCipher {
 public:
  using Tag = HmacSha1::Digest;

  /// Throws std::logic_error unless `params.keying` has the length of the suite.
  SrtpCipher(const SrtpParams& params, Protocol protocol);
  ~SrtpCipher() { base::secure_wipe(salt_); }
  SrtpCipher(const SrtpCipher&) = delete;
  SrtpCipher& operator=(const SrtpCipher&) = delete;

  /// Octets of the authentication tag on the wire.
  std::size_t tag_octets() const { return tag_octets_; }
  /// Encrypts or decrypts `payload` in place (RFC 3711 §4.1.1).
  bool apply_keystream(std::uint32_t ssrc, std::uint64_t index, std::span<std::uint8_t> payload);
  /// The tag over `authenticated` followed by `suffix`; its first `tag_octets()` go on the wire.
  Tag sign(base::ByteView authenticated, base::ByteView suffix) const { return hmac_.sign(authenticated, suffix); }
  /// Compares with the `tag_octets()` octets at `received` in constant time.
  bool matches(const Tag& computed, base::ByteView received) const {
    return base::equal_constant_time({computed.data(), tag_octets_}, received);
  }

 private:
  std::size_t tag_octets_;
  AesCounter aes_;
  HmacSha1 hmac_;
  AesCounter::Counter salt_{};
};

}  // namespace cadenas::media
