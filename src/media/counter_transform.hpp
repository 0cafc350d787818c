#pragma once

#include "base/bytes.hpp"
#include "media/aes_counter.hpp"
#include "media/hmac_sha1.hpp"
#include "media/packet_parts.hpp"
#include "media/srtp_status.hpp"

namespace cadenas::media {

/// AES in counter mode, then HMAC-SHA1 over what came of it (RFC 3711 §4). One thread at a time.
class CounterTransform {
 public:
  /// Session keys; `salt` has 14 octets.
  CounterTransform(base::ByteView key, base::ByteView auth_key, base::ByteView salt);
  ~CounterTransform() { base::secure_wipe(salt_); }
  CounterTransform(CounterTransform&&) = default;
  CounterTransform& operator=(const CounterTransform&) = delete;

  /// Encrypts in place and writes the tag, of as many octets as there is room for it. `ok`, or `limit` if the cipher
  /// failed.
  SrtpStatus seal(const PacketParts& packet);
  /// Unless `ok`, the packet is unchanged: `auth_failed`, or `limit` if the cipher failed.
  SrtpStatus open(const PacketParts& packet, Opening opening);
  /// A new tag for a packet that is encrypted already.
  void sign(const PacketParts& packet) const;

 private:
  HmacSha1::Digest digest(const PacketParts& packet) const;
  bool apply_keystream(const PacketParts& packet);

  AesCounter aes_;
  HmacSha1 hmac_;
  AesCounter::Counter salt_{};
};

}  // namespace cadenas::media
