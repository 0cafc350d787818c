#include "media/rtcp_report.hpp"

#include <algorithm>

#include "media/rtcp.hpp"
#include "media/rtp.hpp"

namespace cadenas::media {
namespace {

constexpr std::uint8_t kSenderReport = 200;
constexpr std::uint8_t kReceiverReport = 201;
constexpr std::uint8_t kDescription = 202;
constexpr std::size_t kHead = 8;     // header and SSRC
constexpr std::size_t kSender = 20;  // its info
constexpr std::size_t kBlock = 24;

class Writer {
 public:
  explicit Writer(std::span<std::uint8_t> out) : out_(out) {}
  void u8(std::uint8_t value) { out_[at_++] = value; }
  void u16(std::uint16_t value) {
    u8(static_cast<std::uint8_t>(value >> 8));
    u8(static_cast<std::uint8_t>(value));
  }
  void u32(std::uint32_t value) {
    u16(static_cast<std::uint16_t>(value >> 16));
    u16(static_cast<std::uint16_t>(value));
  }
  void text(std::string_view text) {
    for (const char c : text) u8(static_cast<std::uint8_t>(c));
  }
  void head(std::uint8_t count, std::uint8_t type, std::size_t octets) {
    u8(static_cast<std::uint8_t>(0x80 | count));
    u8(type);
    u16(static_cast<std::uint16_t>(octets / 4 - 1));
  }
  std::size_t at() const { return at_; }

 private:
  std::span<std::uint8_t> out_;
  std::size_t at_ = 0;
};

ReportBlock read_block(base::ByteView block) {
  ReportBlock out;
  out.ssrc = read_u32(block, 0);
  out.loss_256 = block[4];
  const std::uint32_t lost = read_u32(block, 4) & 0xffffff;
  out.lost = static_cast<std::int32_t>(lost) - ((lost & 0x800000) != 0 ? 0x1000000 : 0);
  out.highest_sequence = read_u32(block, 8);
  out.jitter = read_u32(block, 12);
  out.last_report = read_u32(block, 16);
  out.delay_since = read_u32(block, 20);
  return out;
}

}  // namespace

std::size_t write_report(std::span<std::uint8_t> out, std::uint32_t ssrc, const std::optional<SenderInfo>& sent,
                         const std::optional<ReportBlock>& block, std::string_view cname) {
  const std::size_t report = kHead + (sent ? kSender : 0) + (block ? kBlock : 0);
  // SSRC, the item with its two octets, and one to four zeros that end the chunk.
  const std::size_t description = kHead + (2 + cname.size()) / 4 * 4 + 4;
  if (out.size() < report + description || cname.size() > 255) return 0;
  Writer writer(out);
  writer.head(block ? 1 : 0, sent ? kSenderReport : kReceiverReport, report);
  writer.u32(ssrc);
  if (sent) {
    writer.u32(static_cast<std::uint32_t>(sent->ntp >> 32));
    writer.u32(static_cast<std::uint32_t>(sent->ntp));
    writer.u32(sent->rtp);
    writer.u32(sent->packets);
    writer.u32(sent->octets);
  }
  if (block) {
    writer.u32(block->ssrc);
    writer.u32(static_cast<std::uint32_t>(block->loss_256) << 24 |
               (static_cast<std::uint32_t>(block->lost) & 0xffffff));
    writer.u32(block->highest_sequence);
    writer.u32(block->jitter);
    writer.u32(block->last_report);
    writer.u32(block->delay_since);
  }
  writer.head(1, kDescription, description);
  writer.u32(ssrc);
  writer.u8(1);  // CNAME
  writer.u8(static_cast<std::uint8_t>(cname.size()));
  writer.text(cname);
  while (writer.at() < report + description) writer.u8(0);
  return writer.at();
}

std::optional<Report> read_report(base::ByteView packet, std::uint32_t ssrc) {
  if (!is_rtcp_compound(packet)) return std::nullopt;
  Report out;
  for (base::ByteView rest = packet; !rest.empty();) {
    const std::size_t octets = std::size_t{4} * (read_u16(rest, 2) + std::size_t{1});
    const base::ByteView one = rest.first(octets);
    rest = rest.subspan(octets);
    const bool is_sender = one[1] == kSenderReport;
    if (!is_sender && one[1] != kReceiverReport) continue;
    const std::size_t blocks = kHead + (is_sender ? kSender : 0);
    if (one.size() < blocks) continue;
    if (is_sender) {
      out.sender_ssrc = read_u32(one, 4);
      out.ntp_middle = read_u32(one, 10);
    }
    const std::size_t count = std::min<std::size_t>(one[0] & 0x1f, (one.size() - blocks) / kBlock);
    for (std::size_t i = 0; i < count; ++i) {
      const ReportBlock block = read_block(one.subspan(blocks + i * kBlock, kBlock));
      if (block.ssrc == ssrc) out.about_us = block;
    }
  }
  return out;
}

}  // namespace cadenas::media
