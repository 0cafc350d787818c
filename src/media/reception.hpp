#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.hpp"
#include "media/rtp.hpp"

namespace cadenas::media {

/// What a report block says of a stream (RFC 3550 §6.4.1). A value.
struct ReportBlock {
  std::uint32_t ssrc = 0;              ///< of the stream
  std::uint8_t loss_256 = 0;           ///< share that was lost since the report before, in 256ths
  std::int32_t lost = 0;               ///< so far, -2^23…2^23-1
  std::uint32_t highest_sequence = 0;  ///< with the cycles above it
  std::uint32_t jitter = 0;            ///< units of the RTP clock
  std::uint32_t last_report = 0;       ///< middle of the NTP time of the last SR; 0: there was none
  std::uint32_t delay_since = 0;       ///< since that came, 1/65,536 s

  friend bool operator==(const ReportBlock&, const ReportBlock&) = default;
};

/// Counts what arrives of one stream (RFC 3550 §A.1, §A.3, §A.8). Another SSRC, or a jump that goes on, begins anew.
/// One thread at a time; allocates nothing.
class Reception {
 public:
  /// `clock`: of the timestamps, Hz. `is_timed`: they tell when it was spoken, as those of repeated events do not.
  void put(const RtpHeader& header, std::uint32_t clock, bool is_timed, base::SteadyTime now);
  /// The SR of the stream's sender: the middle of its NTP time.
  void put_sender_report(std::uint32_t ntp_middle, base::SteadyTime now);

  /// None while nothing has arrived. The share of lost packets is since this was called last.
  std::optional<ReportBlock> report(base::SteadyTime now);

  std::uint64_t received() const { return received_; }
  std::int64_t lost() const;
  std::uint32_t jitter() const { return jitter_16_ >> 4; }
  std::uint32_t clock() const { return clock_; }

 private:
  void begin(const RtpHeader& header);
  std::uint32_t highest() const { return cycles_ + highest_; }

  bool is_begun_ = false;
  std::uint32_t ssrc_ = 0;
  std::uint32_t clock_ = 8'000;
  std::uint32_t base_ = 0;
  std::uint32_t cycles_ = 0;  // shifted by 16
  std::uint16_t highest_ = 0;
  std::optional<std::uint16_t> jumped_to_;  // the sequence number that would confirm a jump
  std::uint64_t received_ = 0;
  std::uint64_t received_before_ = 0;  // at the last report, as the next
  std::uint32_t expected_before_ = 0;
  std::optional<std::uint32_t> transit_;
  std::uint32_t jitter_16_ = 0;  // in 16ths
  std::uint32_t last_report_ = 0;
  base::SteadyTime last_report_at_{};
};

}  // namespace cadenas::media
