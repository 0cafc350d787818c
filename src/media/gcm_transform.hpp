#pragma once

#include "base/bytes.hpp"
#include "media/aes_gcm.hpp"
#include "media/packet_parts.hpp"
#include "media/srtp_status.hpp"

namespace cadenas::media {

/// AES-GCM over header and payload in one (RFC 7714). A packet whose header is rewritten cannot get a new tag: to seal
/// it again under the same key and index would use a nonce for two messages, which gives the authentication key away
/// (RFC 7714 §10). One thread at a time.
class GcmTransform {
 public:
  /// Session keys; `salt` has 12 octets.
  GcmTransform(base::ByteView key, base::ByteView salt);
  ~GcmTransform() { base::secure_wipe(salt_); }
  GcmTransform(GcmTransform&&) = default;
  GcmTransform& operator=(const GcmTransform&) = delete;

  /// See CounterTransform.
  SrtpStatus seal(const PacketParts& packet);
  SrtpStatus open(const PacketParts& packet, Opening opening);

 private:
  AesGcm aes_;
  AesGcm::Iv salt_{};
};

}  // namespace cadenas::media
