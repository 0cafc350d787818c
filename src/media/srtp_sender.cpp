#include "media/srtp_sender.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "media/rtp.hpp"

namespace cadenas::media {

SrtpStatus SrtpSender::protect(std::span<std::uint8_t> buffer, std::size_t& octets) {
  const std::optional<RtpHeader> header = parse_rtp_header(buffer.first(octets));
  if (!header) return SrtpStatus::malformed;
  if (buffer.size() - octets < cipher_.tag_octets()) return SrtpStatus::limit;

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
  if (!cipher_.apply_keystream(header->ssrc, index, buffer.subspan(header->octets, octets - header->octets))) {
    return SrtpStatus::limit;
  }
  octets += cipher_.tag_octets();
  sign_again(buffer.first(octets), index);
  return SrtpStatus::ok;
}

void SrtpSender::sign_again(std::span<std::uint8_t> packet, std::uint64_t index) const {
  const std::array roc{static_cast<std::uint8_t>(index >> 40), static_cast<std::uint8_t>(index >> 32),
                       static_cast<std::uint8_t>(index >> 24), static_cast<std::uint8_t>(index >> 16)};
  const std::size_t signed_octets = packet.size() - cipher_.tag_octets();
  const SrtpCipher::Tag tag = cipher_.sign(packet.first(signed_octets), roc);
  std::copy_n(tag.begin(), cipher_.tag_octets(), packet.begin() + static_cast<std::ptrdiff_t>(signed_octets));
}

}  // namespace cadenas::media
