#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/bytes.hpp"
#include "media/reception.hpp"

namespace cadenas::media {

/// What a sender says of its own stream (RFC 3550 §6.4.1). A value.
struct SenderInfo {
  std::uint64_t ntp = 0;  ///< seconds since 1900 and their fraction
  std::uint32_t rtp = 0;  ///< the same moment on the clock of its timestamps
  std::uint32_t packets = 0;
  std::uint32_t octets = 0;  ///< of payload

  friend bool operator==(const SenderInfo&, const SenderInfo&) = default;
};

/// Writes a compound packet: SR, or RR where nothing was `sent`, with one report block at most, and SDES with CNAME
/// (RFC 3550 §6.1). Its octets; 0 where `out` has no room. `cname` has at most 255 octets.
std::size_t write_report(std::span<std::uint8_t> out, std::uint32_t ssrc, const std::optional<SenderInfo>& sent,
                         const std::optional<ReportBlock>& block, std::string_view cname);

/// What a compound packet says to one who sends with `ssrc`.
struct Report {
  std::optional<std::uint32_t> sender_ssrc;  ///< of its SR
  std::uint32_t ntp_middle = 0;              ///< of that SR
  std::optional<ReportBlock> about_us;       ///< the last block about `ssrc`

  friend bool operator==(const Report&, const Report&) = default;
};

/// Nothing if it is no compound packet (is_rtcp_compound). What is neither SR nor RR is passed over.
std::optional<Report> read_report(base::ByteView packet, std::uint32_t ssrc);

}  // namespace cadenas::media
