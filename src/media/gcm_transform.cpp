#include "media/gcm_transform.hpp"

#include <algorithm>

namespace cadenas::media {
namespace {

constexpr std::size_t kSsrcAt = 2;

}  // namespace

GcmTransform::GcmTransform(base::ByteView key, base::ByteView salt) : aes_(key) {
  std::ranges::copy(salt, salt_.begin());
}

SrtpStatus GcmTransform::seal(const PacketParts& packet) {
  return aes_.seal(packet_iv(salt_, kSsrcAt, packet), packet.body.first(packet.clear), packet.index_field,
                   packet.secret(), packet.tag)
             ? SrtpStatus::ok
             : SrtpStatus::limit;
}

SrtpStatus GcmTransform::open(const PacketParts& packet, Opening opening) {
  const auto iv = packet_iv(salt_, kSsrcAt, packet);
  const base::ByteView clear = packet.body.first(packet.clear);
  const bool genuine = opening == Opening::decrypt
                           ? aes_.open(iv, clear, packet.index_field, packet.secret(), packet.tag)
                           : aes_.verify(iv, clear, packet.index_field, packet.secret(), packet.tag);
  return genuine ? SrtpStatus::ok : SrtpStatus::auth_failed;
}

}  // namespace cadenas::media
