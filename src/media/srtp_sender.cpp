#include "media/srtp_sender.hpp"

#include <optional>

#include "media/rtp.hpp"

namespace cadenas::media {

SrtpStatus SrtpSender::protect(std::span<std::uint8_t> buffer, std::size_t& octets) {
  const std::optional<RtpHeader> header = parse_rtp_header(buffer.first(octets));
  if (!header) return SrtpStatus::malformed;
  if (buffer.size() - octets < trailer_.octets()) return SrtpStatus::limit;

  Stream* stream = streams_.find(header->ssrc);
  std::uint64_t index = header->sequence;
  if (stream) {
    const std::optional<std::uint64_t> estimate = stream->index.estimate(header->sequence);
    if (!estimate) return stream->index.highest() < 0x10000 ? SrtpStatus::replayed : SrtpStatus::limit;
    if (!stream->used.is_new(*estimate)) return SrtpStatus::replayed;
    index = *estimate;
  } else {
    if (streams_.is_full()) return SrtpStatus::limit;
    stream = &streams_.add(header->ssrc, Stream{PacketIndex(index), {}});
  }
  stream->used.add(index);
  stream->index.advance(index);
  const SrtpStatus status = cipher_.seal(parts(*header, buffer.first(octets + trailer_.octets()), index));
  if (status == SrtpStatus::ok) octets += trailer_.octets();
  return status;
}

bool SrtpSender::sign_again(std::span<std::uint8_t> packet, std::uint64_t index) const {
  const std::optional<RtpHeader> header = parse_rtp_header(packet);
  return header && cipher_.sign_again(parts(*header, packet, index));
}

PacketParts SrtpSender::parts(const RtpHeader& header, std::span<std::uint8_t> packet, std::uint64_t index) const {
  return {.ssrc = header.ssrc,
          .index = index,
          .body = packet.first(packet.size() - trailer_.octets()),
          .clear = header.octets,
          .index_field = {},
          .tag = trailer_.tag(packet)};
}

}  // namespace cadenas::media
