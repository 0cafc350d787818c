#include "media/rtp.hpp"

namespace cadenas::media {
namespace {

constexpr std::size_t kFixedHeader = 12;

}  // namespace

std::optional<RtpHeader> parse_rtp_header(base::ByteView packet) {
  if (packet.size() < kFixedHeader || packet[0] >> 6 != 2) return std::nullopt;
  RtpHeader header;
  header.padding = (packet[0] & 0x20) != 0;
  header.extension = (packet[0] & 0x10) != 0;
  header.csrc_count = packet[0] & 0x0f;
  header.marker = (packet[1] & 0x80) != 0;
  header.payload_type = packet[1] & 0x7f;
  header.sequence = read_u16(packet, 2);
  header.timestamp = read_u32(packet, 4);
  header.ssrc = read_u32(packet, 8);
  header.octets = kFixedHeader + std::size_t{4} * header.csrc_count;
  if (header.octets > packet.size()) return std::nullopt;
  if (header.extension) {
    if (header.octets + 4 > packet.size()) return std::nullopt;
    header.octets += 4 + std::size_t{4} * read_u16(packet, header.octets + 2);
    if (header.octets > packet.size()) return std::nullopt;
  }
  return header;
}

std::optional<RtpPacket> parse_rtp(base::ByteView packet) {
  const std::optional<RtpHeader> header = parse_rtp_header(packet);
  if (!header) return std::nullopt;
  RtpPacket result;
  result.header = *header;
  const std::size_t csrc_octets = std::size_t{4} * header->csrc_count;
  result.csrcs = packet.subspan(kFixedHeader, csrc_octets);
  result.extension = packet.subspan(kFixedHeader + csrc_octets, header->octets - kFixedHeader - csrc_octets);
  result.payload = packet.subspan(header->octets);
  if (header->padding) {
    if (result.payload.empty()) return std::nullopt;
    const std::size_t padding = result.payload.back();
    if (padding == 0 || padding > result.payload.size()) return std::nullopt;
    result.payload = result.payload.first(result.payload.size() - padding);
  }
  return result;
}

}  // namespace cadenas::media
