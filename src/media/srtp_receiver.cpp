#include "media/srtp_receiver.hpp"

#include <optional>

namespace cadenas::media {

SrtpStatus SrtpReceiver::open_first(PacketParts& parts, Opening opening) {
  const SrtpStatus status = cipher_.open(parts, opening);
  if (status != SrtpStatus::auth_failed || parts.index >= 0x8000) return status;
  // A sender that starts just below 2^16 may have wrapped before the first packet that reached us (RFC 3711 §3.3.1
  // recommends a low start, not every phone does so); only the tag can tell.
  parts.index += 1 << 16;
  return cipher_.open(parts, opening);
}

Receipt SrtpReceiver::open(std::span<std::uint8_t> packet, Opening opening) {
  const std::optional<RtpHeader> header = parse_rtp_header(packet);
  if (!header) return {SrtpStatus::malformed};
  if (packet.size() < header->octets + trailer_.octets()) return {SrtpStatus::too_short};
  if (!trailer_.names_key(packet)) return {SrtpStatus::auth_failed};
  const std::size_t octets = packet.size() - trailer_.octets();
  PacketParts parts{.ssrc = header->ssrc,
                    .index = header->sequence,
                    .body = packet.first(octets),
                    .clear = header->octets,
                    .index_field = {},
                    .tag = trailer_.tag(packet)};

  Stream* stream = streams_.find(header->ssrc);
  bool is_newest = true;
  if (stream) {
    const std::optional<std::uint64_t> index = stream->index.estimate(header->sequence);
    if (!index) return {stream->index.highest() < 0x10000 ? SrtpStatus::replayed : SrtpStatus::limit};
    if (!stream->seen.is_new(*index)) return {SrtpStatus::replayed};
    parts.index = *index;
    if (const SrtpStatus status = cipher_.open(parts, opening); status != SrtpStatus::ok) return {status};
    is_newest = stream->index.advance(parts.index);
  } else {
    const bool no_room = streams_.is_full();
    const SrtpStatus status = open_first(parts, no_room ? Opening::verify_only : opening);
    if (status != SrtpStatus::ok) return {status};
    if (no_room) return {SrtpStatus::limit};
    stream = &streams_.add(header->ssrc, Stream{PacketIndex(parts.index), {}});
  }
  stream->seen.add(parts.index);
  return {SrtpStatus::ok, opening == Opening::decrypt ? octets : trailer_.take_off_mki(packet), is_newest, parts.index};
}

}  // namespace cadenas::media
