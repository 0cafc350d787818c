#include "media/reception.hpp"

#include <algorithm>
#include <chrono>

namespace cadenas::media {
namespace {

// RFC 3550 §A.1.
constexpr std::uint16_t kMostDropout = 3'000;
constexpr std::uint16_t kMostMisorder = 100;

std::uint32_t in_units(base::SteadyTime at, std::uint32_t clock) {
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(at.time_since_epoch()).count();
  return static_cast<std::uint32_t>(static_cast<std::uint64_t>(us) * clock / 1'000'000);
}

}  // namespace

void Reception::begin(const RtpHeader& header) {
  const std::uint32_t last_report = ssrc_ == header.ssrc ? last_report_ : 0;
  const base::SteadyTime last_report_at = last_report_at_;
  *this = Reception{};
  is_begun_ = true;
  ssrc_ = header.ssrc;
  base_ = highest_ = header.sequence;
  last_report_ = last_report;
  last_report_at_ = last_report_at;
}

void Reception::put(const RtpHeader& header, std::uint32_t clock, bool is_timed, base::SteadyTime now) {
  if (!is_begun_ || header.ssrc != ssrc_) begin(header);
  clock_ = clock;
  const auto ahead = static_cast<std::uint16_t>(header.sequence - highest_);
  if (ahead < kMostDropout) {
    if (header.sequence < highest_) cycles_ += 0x10000;
    highest_ = header.sequence;
    jumped_to_.reset();
  } else if (ahead <= 0xffff - kMostMisorder) {
    // Once may be a stray; a second one in its order says that the stream goes on from there.
    if (jumped_to_ != header.sequence) {
      jumped_to_ = static_cast<std::uint16_t>(header.sequence + 1);
      return;
    }
    begin(header);
    clock_ = clock;
  }
  ++received_;
  if (!is_timed) return;
  const std::uint32_t transit = in_units(now, clock) - header.timestamp;
  if (transit_) {
    const auto difference = static_cast<std::int32_t>(transit - *transit_);
    const auto distance =
        static_cast<std::uint32_t>(difference < 0 ? -static_cast<std::int64_t>(difference) : difference);
    jitter_16_ += distance - ((jitter_16_ + 8) >> 4);
  }
  transit_ = transit;
}

void Reception::put_sender_report(std::uint32_t ntp_middle, base::SteadyTime now) {
  last_report_ = ntp_middle;
  last_report_at_ = now;
}

std::int64_t Reception::lost() const {
  if (!is_begun_) return 0;
  return static_cast<std::int64_t>(highest() - base_ + 1) - static_cast<std::int64_t>(received_);
}

std::optional<ReportBlock> Reception::report(base::SteadyTime now) {
  if (!is_begun_) return std::nullopt;
  ReportBlock out;
  out.ssrc = ssrc_;
  out.lost = static_cast<std::int32_t>(std::clamp<std::int64_t>(lost(), -0x800000, 0x7fffff));
  out.highest_sequence = highest();
  out.jitter = jitter();
  const std::uint32_t expected = highest() - base_ + 1;
  const std::int64_t due = static_cast<std::int64_t>(expected) - expected_before_;
  const std::int64_t missed = due - static_cast<std::int64_t>(received_ - received_before_);
  if (due > 0 && missed > 0) out.loss_256 = static_cast<std::uint8_t>(std::min<std::int64_t>(255, missed * 256 / due));
  expected_before_ = expected;
  received_before_ = received_;
  if (last_report_ != 0) {
    const auto us = std::chrono::duration_cast<std::chrono::microseconds>(now - last_report_at_).count();
    out.last_report = last_report_;
    out.delay_since = static_cast<std::uint32_t>(static_cast<std::uint64_t>(us) * 65'536 / 1'000'000);
  }
  return out;
}

}  // namespace cadenas::media
