#pragma once

#include <atomic>
#include <cstdint>

namespace cadenas::media {

/// How voice arrives, both ways (RFC 3550 §6.4): what we count of what the peer sends, and what it reports of ours.
struct VoiceQuality {
  std::uint64_t received = 0;            ///< RTP packets of its present stream
  std::int64_t received_lost = 0;        ///< of them never arrived; negative where some came twice
  std::uint32_t received_jitter_us = 0;  ///< interarrival jitter, microseconds
  bool is_reported = false;              ///< the peer has reported what follows
  std::uint8_t sent_loss_256 = 0;        ///< share of our packets that it missed lately, in 256ths
  std::int64_t sent_lost = 0;            ///< of our packets, so far
  std::uint32_t sent_jitter_us = 0;      ///< interarrival jitter of ours
  std::uint32_t round_trip_us = 0;       ///< 0: not known

  friend bool operator==(const VoiceQuality&, const VoiceQuality&) = default;
};

/// The live form, written by one media thread and read by any. Each number is of its own moment.
class LiveVoiceQuality {
 public:
  void write(const VoiceQuality& now) {
    received_.store(now.received, kRelaxed);
    received_lost_.store(now.received_lost, kRelaxed);
    received_jitter_us_.store(now.received_jitter_us, kRelaxed);
    sent_loss_256_.store(now.sent_loss_256, kRelaxed);
    sent_lost_.store(now.sent_lost, kRelaxed);
    sent_jitter_us_.store(now.sent_jitter_us, kRelaxed);
    round_trip_us_.store(now.round_trip_us, kRelaxed);
    is_reported_.store(now.is_reported, kRelaxed);
  }
  VoiceQuality read() const {
    return {received_.load(kRelaxed),       received_lost_.load(kRelaxed), received_jitter_us_.load(kRelaxed),
            is_reported_.load(kRelaxed),    sent_loss_256_.load(kRelaxed), sent_lost_.load(kRelaxed),
            sent_jitter_us_.load(kRelaxed), round_trip_us_.load(kRelaxed)};
  }

 private:
  static constexpr auto kRelaxed = std::memory_order_relaxed;

  std::atomic<std::uint64_t> received_{0};
  std::atomic<std::int64_t> received_lost_{0};
  std::atomic<std::uint32_t> received_jitter_us_{0};
  std::atomic<bool> is_reported_{false};
  std::atomic<std::uint8_t> sent_loss_256_{0};
  std::atomic<std::int64_t> sent_lost_{0};
  std::atomic<std::uint32_t> sent_jitter_us_{0};
  std::atomic<std::uint32_t> round_trip_us_{0};
};

}  // namespace cadenas::media
