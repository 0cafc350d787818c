#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/clock.hpp"
#include "media/reception.hpp"
#include "media/rtcp_report.hpp"
#include "media/voice_quality.hpp"

namespace cadenas::media {

/// The RTCP of a leg that ends at the board: reports of ours every five seconds or so (RFC 3550 §6.2, §6.3), and what
/// the peer's say. One media thread; allocates only when made.
class MemberReports {
 public:
  /// `wall_at_zero`: the time of day when the steady clock was zero, for NTP times.
  explicit MemberReports(base::WallTime wall_at_zero);

  /// An RTP packet of ours in its plain form, sent at `now`; `clock` in Hz.
  void sent(base::ByteView packet, std::uint32_t clock, base::SteadyTime now);
  /// One of the peer's that was let in.
  void received(const RtpHeader& header, std::uint32_t clock, bool is_timed, base::SteadyTime now) {
    reception_.put(header, clock, is_timed, now);
  }
  /// RTCP of the peer's that was let in, in plain form.
  void read(base::ByteView packet, base::SteadyTime now);

  /// Writes a report where one is due; its octets, or 0.
  std::size_t write_due(std::span<std::uint8_t> out, base::SteadyTime now);

  VoiceQuality quality() const;

 private:
  std::uint64_t ntp(base::SteadyTime at) const;
  base::Millis next_interval(bool is_first);

  const base::WallTime wall_at_zero_;
  std::uint32_t random_;
  std::string cname_;
  std::uint32_t ssrc_;
  SenderInfo sent_;
  std::uint32_t sent_clock_ = 8'000;
  std::uint32_t last_timestamp_ = 0;
  base::SteadyTime last_sent_{};
  std::uint32_t packets_before_ = 0;  // at the last report
  std::optional<base::SteadyTime> due_;
  Reception reception_;
  std::optional<ReportBlock> about_us_;
  std::uint32_t round_trip_us_ = 0;
};

}  // namespace cadenas::media
