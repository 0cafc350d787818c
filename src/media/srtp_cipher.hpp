#pragma once

#include <variant>

#include "media/counter_transform.hpp"
#include "media/gcm_transform.hpp"
#include "media/leg_media.hpp"
#include "media/packet_parts.hpp"
#include "media/srtp_status.hpp"
#include "media/suite.hpp"

namespace cadenas::media {

/// The session keys of one master key for SRTP or SRTCP, ready to work: the transform of a suite and nothing about
/// streams. One thread at a time; no call allocates.
class SrtpCipher {
 public:
  /// Throws std::logic_error unless `params.keying` has the length of the suite.
  SrtpCipher(const SrtpParams& params, Protocol protocol);

  /// Encrypts in place and writes the tag. `ok`, or `limit` if the cipher failed.
  SrtpStatus seal(const PacketParts& packet) {
    return std::visit([&](auto& transform) { return transform.seal(packet); }, transform_);
  }
  /// Unless `ok`, the packet is unchanged: `auth_failed`, or `limit` if the cipher failed.
  SrtpStatus open(const PacketParts& packet, Opening opening) {
    return std::visit([&](auto& transform) { return transform.open(packet, opening); }, transform_);
  }
  /// A new tag for a packet that is encrypted already and whose header was rewritten. False with an AEAD suite, where
  /// that is not to be had (see GcmTransform).
  bool sign_again(const PacketParts& packet) const {
    const auto* const transform = std::get_if<CounterTransform>(&transform_);
    if (transform) transform->sign(packet);
    return transform != nullptr;
  }

 private:
  using Transform = std::variant<CounterTransform, GcmTransform>;
  static Transform make(const SrtpParams& params, Protocol protocol);

  Transform transform_;
};

}  // namespace cadenas::media
