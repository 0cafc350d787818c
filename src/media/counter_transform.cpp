#include "media/counter_transform.hpp"

#include <algorithm>
#include <array>

namespace cadenas::media {

CounterTransform::CounterTransform(base::ByteView key, base::ByteView auth_key, base::ByteView salt)
    : aes_(key), hmac_(auth_key) {
  std::ranges::copy(salt, salt_.begin());
}

SrtpStatus CounterTransform::seal(const PacketParts& packet) {
  if (!apply_keystream(packet)) return SrtpStatus::limit;
  sign(packet);
  return SrtpStatus::ok;
}

SrtpStatus CounterTransform::open(const PacketParts& packet, Opening opening) {
  const HmacSha1::Digest computed = digest(packet);
  if (!base::equal_constant_time({computed.data(), packet.tag.size()}, packet.tag)) return SrtpStatus::auth_failed;
  return opening == Opening::verify_only || apply_keystream(packet) ? SrtpStatus::ok : SrtpStatus::limit;
}

void CounterTransform::sign(const PacketParts& packet) const {
  const HmacSha1::Digest computed = digest(packet);
  std::copy_n(computed.begin(), packet.tag.size(), packet.tag.begin());
}

// Behind the packet comes what it does not say itself, the rollover counter (RFC 3711 §4.2), or the SRTCP index.
HmacSha1::Digest CounterTransform::digest(const PacketParts& packet) const {
  if (!packet.index_field.empty()) return hmac_.sign(packet.body, packet.index_field);
  const std::array roc{static_cast<std::uint8_t>(packet.index >> 40), static_cast<std::uint8_t>(packet.index >> 32),
                       static_cast<std::uint8_t>(packet.index >> 24), static_cast<std::uint8_t>(packet.index >> 16)};
  return hmac_.sign(packet.body, roc);
}

bool CounterTransform::apply_keystream(const PacketParts& packet) {
  return aes_.apply(packet_iv(salt_, 4, packet), packet.secret());
}

}  // namespace cadenas::media
