#include "media/srtcp.hpp"

#include <algorithm>

#include "media/rtp.hpp"

namespace cadenas::media {
namespace {

constexpr std::size_t kHeader = 8;      // first header word and the sender's SSRC stay readable
constexpr std::size_t kIndexField = 4;  // E bit and the 31-bit index
constexpr std::uint32_t kEncrypted = 0x80000000;

}  // namespace

Receipt SrtcpReceiver::open(std::span<std::uint8_t> packet, Opening opening) {
  const std::size_t tag = cipher_.tag_octets();
  if (packet.size() < kHeader + kIndexField + mki_.octets() + tag) return {SrtpStatus::too_short};
  if (packet[0] >> 6 != 2) return {SrtpStatus::malformed};
  const std::size_t signed_octets = packet.size() - mki_.octets() - tag;
  const std::size_t octets = signed_octets - kIndexField;
  const std::uint32_t field = read_u32(packet, octets);
  const std::uint32_t index = field & ~kEncrypted;
  const std::uint32_t ssrc = read_u32(packet, 4);

  if (!mki_.stands_in(packet, tag)) return {SrtpStatus::auth_failed};
  ReplayWindow* seen = streams_.find(ssrc);
  if (seen && !seen->is_new(index)) return {SrtpStatus::replayed};
  if (!cipher_.matches(cipher_.sign(packet.first(signed_octets), {}), packet.last(tag))) {
    return {SrtpStatus::auth_failed};
  }
  if (!seen && streams_.is_full()) return {SrtpStatus::limit};
  if (opening == Opening::decrypt && (field & kEncrypted) != 0 &&
      !cipher_.apply_keystream(ssrc, index, packet.subspan(kHeader, octets - kHeader))) {
    return {SrtpStatus::limit};
  }
  if (!seen) seen = &streams_.add(ssrc, {});
  const bool is_newest = seen->is_newer(index);
  seen->add(index);
  return {SrtpStatus::ok, opening == Opening::decrypt ? octets : mki_.take_off(packet, tag), is_newest, index};
}

SrtpStatus SrtcpSender::protect(std::span<std::uint8_t> buffer, std::size_t& octets) {
  if (octets < kHeader) return SrtpStatus::too_short;
  if (buffer[0] >> 6 != 2) return SrtpStatus::malformed;
  if (buffer.size() - octets < kIndexField + cipher_.tag_octets()) return SrtpStatus::limit;
  const std::uint32_t ssrc = read_u32(buffer, 4);
  std::uint32_t* next = next_index_.find(ssrc);
  if (!next) {
    if (next_index_.is_full()) return SrtpStatus::limit;
    next = &next_index_.add(ssrc, 0);
  }
  if (*next >= kEncrypted) return SrtpStatus::limit;
  const std::uint32_t index = (*next)++;
  if (!cipher_.apply_keystream(ssrc, index, buffer.subspan(kHeader, octets - kHeader))) return SrtpStatus::limit;
  const std::uint32_t field = index | kEncrypted;
  for (int i = 0; i < 4; ++i) buffer[octets + i] = static_cast<std::uint8_t>(field >> (24 - 8 * i));
  octets += kIndexField;
  const SrtpCipher::Tag tag = cipher_.sign(buffer.first(octets), {});
  std::copy_n(tag.begin(), cipher_.tag_octets(), buffer.begin() + static_cast<std::ptrdiff_t>(octets));
  octets += cipher_.tag_octets();
  return SrtpStatus::ok;
}

}  // namespace cadenas::media
