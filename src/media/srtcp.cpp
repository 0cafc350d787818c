#include "media/srtcp.hpp"

#include "media/rtp.hpp"

namespace cadenas::media {
namespace {

constexpr std::size_t kHeader = 8;  // first header word and the sender's SSRC stay readable
constexpr std::uint32_t kEncrypted = 0x80000000;

}  // namespace

Receipt SrtcpReceiver::open(std::span<std::uint8_t> packet, Opening opening) {
  if (packet.size() < kHeader + trailer_.octets()) return {SrtpStatus::too_short};
  if (packet[0] >> 6 != 2) return {SrtpStatus::malformed};
  if (!trailer_.names_key(packet)) return {SrtpStatus::auth_failed};
  const std::size_t octets = packet.size() - trailer_.octets();
  const base::ByteView index_field = trailer_.index_field(packet);
  const std::uint32_t field = read_u32(index_field, 0);
  const std::uint32_t index = field & ~kEncrypted;
  const std::uint32_t ssrc = read_u32(packet, 4);

  ReplayWindow* seen = streams_.find(ssrc);
  if (seen && !seen->is_new(index)) return {SrtpStatus::replayed};
  const bool no_room = !seen && streams_.is_full();
  const SrtpStatus status = cipher_.open({.ssrc = ssrc,
                                          .index = index,
                                          .body = packet.first(octets),
                                          .clear = (field & kEncrypted) != 0 ? kHeader : octets,
                                          .index_field = index_field,
                                          .tag = trailer_.tag(packet)},
                                         no_room ? Opening::verify_only : opening);
  if (status != SrtpStatus::ok) return {status};
  if (no_room) return {SrtpStatus::limit};
  if (!seen) seen = &streams_.add(ssrc, {});
  const bool is_newest = seen->is_newer(index);
  seen->add(index);
  return {SrtpStatus::ok, opening == Opening::decrypt ? octets : trailer_.take_off_mki(packet), is_newest, index};
}

SrtpStatus SrtcpSender::protect(std::span<std::uint8_t> buffer, std::size_t& octets) {
  if (octets < kHeader) return SrtpStatus::too_short;
  if (buffer[0] >> 6 != 2) return SrtpStatus::malformed;
  if (buffer.size() - octets < trailer_.octets()) return SrtpStatus::limit;
  const std::uint32_t ssrc = read_u32(buffer, 4);
  std::uint32_t* next = next_index_.find(ssrc);
  if (!next) {
    if (next_index_.is_full()) return SrtpStatus::limit;
    next = &next_index_.add(ssrc, 0);
  }
  if (*next >= kEncrypted) return SrtpStatus::limit;
  const std::uint32_t index = (*next)++;
  const std::span<std::uint8_t> packet = buffer.first(octets + trailer_.octets());
  const std::span<std::uint8_t> index_field = trailer_.index_field(packet);
  for (int i = 0; i < 4; ++i) index_field[i] = static_cast<std::uint8_t>((index | kEncrypted) >> (24 - 8 * i));
  const SrtpStatus status = cipher_.seal({.ssrc = ssrc,
                                          .index = index,
                                          .body = packet.first(octets),
                                          .clear = kHeader,
                                          .index_field = index_field,
                                          .tag = trailer_.tag(packet)});
  if (status == SrtpStatus::ok) octets = packet.size();
  return status;
}

}  // namespace cadenas::media
