#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "media/side_counters.hpp"
#include "media/tdm/port.hpp"

namespace cadenas::media::tdm {

/// 20 ms of one time slot: G.711, one octet a sample.
using SlotFrame = std::array<std::uint8_t, kFrameOctets>;

/// Carries the frames of one direction of a time slot from one thread to another, both of which make a step every
/// 20 ms, at different moments and never quite on time. Two frames wait at the start, so that one of the two may be
/// late by 20 ms; what makes more than four wait is thrown away down to two, so that the delay stays bounded. One
/// thread puts, one takes; no lock.
class SlotQueue {
 public:
  void put(const SlotFrame& frame) {
    const std::uint32_t head = head_.load(std::memory_order_relaxed);
    // Nobody takes what is there.
    if (head - tail_.load(std::memory_order_acquire) == kRoom) return overflown_.add();
    frames_[head % kRoom] = frame;
    head_.store(head + 1, std::memory_order_release);
    put_.add();
  }

  /// False if there is nothing to hear, and `out` is as it was.
  bool take(SlotFrame& out) {
    std::uint32_t tail = tail_.load(std::memory_order_relaxed);
    std::uint32_t waiting = head_.load(std::memory_order_acquire) - tail;
    if (!is_flowing_ && waiting < kAtStart) return false;
    is_flowing_ = true;
    if (waiting == 0) {
      missed_.add();
      is_flowing_ = ++missed_in_a_row_ < kMostMissed;
      return false;
    }
    missed_in_a_row_ = 0;
    if (waiting > kMost) {
      shed_.add(waiting - kAtStart);
      tail += waiting - kAtStart;
    }
    out = frames_[tail % kRoom];
    tail_.store(tail + 1, std::memory_order_release);
    return true;
  }

  // Any thread.
  std::uint64_t frames() const { return put_.read(); }
  std::uint64_t missed() const { return missed_.read(); }
  std::uint64_t slipped() const { return overflown_.read() + shed_.read(); }

 private:
  static constexpr std::uint32_t kRoom = 8;
  static constexpr std::uint32_t kAtStart = 2;
  static constexpr std::uint32_t kMost = 4;
  static constexpr unsigned kMostMissed = 5;  // then it has ended, and begins anew

  std::array<SlotFrame, kRoom> frames_{};
  std::atomic<std::uint32_t> head_{0};
  std::atomic<std::uint32_t> tail_{0};
  // Of who puts.
  Counter put_, overflown_;
  // Of who takes.
  Counter missed_, shed_;
  bool is_flowing_ = false;
  unsigned missed_in_a_row_ = 0;
};

}  // namespace cadenas::media::tdm
