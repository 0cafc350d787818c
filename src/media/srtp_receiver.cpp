#include "media/srtp_receiver.hpp"

#include <array>

namespace cadenas::media {

bool SrtpReceiver::verifies(base::ByteView packet, std::uint64_t index) const {
  const std::array roc{static_cast<std::uint8_t>(index >> 40), static_cast<std::uint8_t>(index >> 32),
                       static_cast<std::uint8_t>(index >> 24), static_cast<std::uint8_t>(index >> 16)};
  const std::size_t tag = cipher_.tag_octets();
  return cipher_.matches(cipher_.sign(packet.first(packet.size() - mki_.octets() - tag), roc), packet.last(tag));
}

std::optional<std::uint64_t> SrtpReceiver::first_index(base::ByteView packet, std::uint16_t sequence) const {
  if (verifies(packet, sequence)) return sequence;
  // A sender that starts just below 2^16 may have wrapped before the first packet that reached us (RFC 3711 §3.3.1
  // recommends a low start, not every phone does so); only the tag can tell.
  constexpr std::uint64_t wrapped_once = 1 << 16;
  if (sequence < 0x8000 && verifies(packet, wrapped_once + sequence)) return wrapped_once + sequence;
  return std::nullopt;
}

Receipt SrtpReceiver::open(std::span<std::uint8_t> packet, Opening opening) {
  const std::optional<RtpHeader> header = parse_rtp_header(packet);
  if (!header) return {SrtpStatus::malformed};
  const std::size_t tag = cipher_.tag_octets();
  if (packet.size() < header->octets + mki_.octets() + tag) return {SrtpStatus::too_short};
  const std::size_t octets = packet.size() - mki_.octets() - tag;

  Stream* stream = streams_.find(header->ssrc);
  std::optional<std::uint64_t> index;
  if (!mki_.stands_in(packet, tag)) return {SrtpStatus::auth_failed};
  if (stream) {
    index = stream->index.estimate(header->sequence);
    if (!index) {
      return {stream->index.highest() < 0x10000 ? SrtpStatus::replayed : SrtpStatus::limit};
    }
    if (!stream->seen.is_new(*index)) return {SrtpStatus::replayed};
    if (!verifies(packet, *index)) return {SrtpStatus::auth_failed};
  } else {
    index = first_index(packet, header->sequence);
    if (!index) return {SrtpStatus::auth_failed};
    if (streams_.is_full()) return {SrtpStatus::limit};
  }

  if (opening == Opening::decrypt &&
      !cipher_.apply_keystream(header->ssrc, *index, packet.subspan(header->octets, octets - header->octets))) {
    return {SrtpStatus::limit};
  }
  bool is_newest = true;
  if (stream) {
    is_newest = stream->index.advance(*index);
  } else {
    stream = &streams_.add(header->ssrc, Stream{PacketIndex(*index), {}});
  }
  stream->seen.add(*index);
  return {SrtpStatus::ok, opening == Opening::decrypt ? octets : mki_.take_off(packet, tag), is_newest, *index};
}

}  // namespace cadenas::media
