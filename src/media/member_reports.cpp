#include "media/member_reports.hpp"

#include <chrono>

#include "base/bytes.hpp"

namespace cadenas::media {
namespace {

constexpr std::size_t kRtpHeader = 12;
constexpr std::int64_t kLeastIntervalMs = 5'000;
constexpr std::uint64_t kNtpAt1970 = 2'208'988'800;

std::uint32_t random_word() {
  std::uint32_t value = 0;
  base::fill_random({reinterpret_cast<std::uint8_t*>(&value), sizeof value});
  return value | 1;
}

}  // namespace

MemberReports::MemberReports(base::WallTime wall_at_zero)
    // RFC 7022: a random name for each session tells nobody who it is.
    : wall_at_zero_(wall_at_zero), random_(random_word()), cname_(base::random_hex(12)), ssrc_(random_word()) {}

void MemberReports::sent(base::ByteView packet, std::uint32_t clock, base::SteadyTime now) {
  if (packet.size() < kRtpHeader) return;
  if (const std::uint32_t ssrc = read_u32(packet, 8); ssrc != ssrc_) {
    ssrc_ = ssrc;
    sent_ = {};
    packets_before_ = 0;
    about_us_.reset();
  }
  ++sent_.packets;
  sent_.octets += static_cast<std::uint32_t>(packet.size() - kRtpHeader);
  sent_clock_ = clock;
  last_timestamp_ = read_u32(packet, 4);
  last_sent_ = now;
}

void MemberReports::read(base::ByteView packet, base::SteadyTime now) {
  const std::optional<Report> report = read_report(packet, ssrc_);
  if (!report) return;
  if (report->sender_ssrc) reception_.put_sender_report(report->ntp_middle, now);
  if (!report->about_us) return;
  about_us_ = report->about_us;
  if (about_us_->last_report == 0) return;
  const std::uint32_t taken =
      static_cast<std::uint32_t>(ntp(now) >> 16) - about_us_->last_report - about_us_->delay_since;
  // Clocks that step make nonsense of it: above ten seconds it is not believed.
  if (taken < 10 * 65'536U) round_trip_us_ = static_cast<std::uint32_t>(std::uint64_t{taken} * 1'000'000 / 65'536);
}

std::size_t MemberReports::write_due(std::span<std::uint8_t> out, base::SteadyTime now) {
  if (!due_) due_ = now + next_interval(true);
  if (now < *due_) return 0;
  due_ = now + next_interval(false);
  std::optional<SenderInfo> sender;
  if (sent_.packets != packets_before_) {
    sender = sent_;
    sender->ntp = ntp(now);
    const auto since = std::chrono::duration_cast<std::chrono::microseconds>(now - last_sent_).count();
    sender->rtp =
        last_timestamp_ + static_cast<std::uint32_t>(static_cast<std::uint64_t>(since) * sent_clock_ / 1'000'000);
  }
  packets_before_ = sent_.packets;
  return write_report(out, ssrc_, sender, reception_.report(now), cname_);
}

VoiceQuality MemberReports::quality() const {
  VoiceQuality out;
  out.received = reception_.received();
  out.received_lost = reception_.lost();
  out.received_jitter_us =
      static_cast<std::uint32_t>(std::uint64_t{reception_.jitter()} * 1'000'000 / reception_.clock());
  if (!about_us_) return out;
  out.is_reported = true;
  out.sent_loss_256 = about_us_->loss_256;
  out.sent_lost = about_us_->lost;
  out.sent_jitter_us = static_cast<std::uint32_t>(std::uint64_t{about_us_->jitter} * 1'000'000 / sent_clock_);
  out.round_trip_us = round_trip_us_;
  return out;
}

std::uint64_t MemberReports::ntp(base::SteadyTime at) const {
  const auto since_zero = std::chrono::duration_cast<std::chrono::microseconds>(at.time_since_epoch());
  const auto us = static_cast<std::uint64_t>(
      (std::chrono::duration_cast<std::chrono::microseconds>(wall_at_zero_.time_since_epoch()) + since_zero).count());
  const std::uint64_t seconds = us / 1'000'000 + kNtpAt1970;
  return seconds << 32 | ((us % 1'000'000) << 32) / 1'000'000;
}

base::Millis MemberReports::next_interval(bool is_first) {
  // xorshift32: it spreads reports over time, and hides nothing.
  random_ ^= random_ << 13;
  random_ ^= random_ >> 17;
  random_ ^= random_ << 5;
  const std::int64_t spread = 500 + random_ % 1'000;
  // Divided by e - 3/2, since what is late is never made up for (RFC 3550 §6.3.1).
  const std::int64_t ms = kLeastIntervalMs * spread * 100 / (std::int64_t{1'000} * 122);
  return base::Millis{is_first ? ms / 2 : ms};
}

}  // namespace cadenas::media
