#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "media/audio/band_sums.hpp"
#include "media/audio/frame.hpp"

namespace cadenas::media {

/// Bands as one bit each, by `band_of`.
using BandSet = std::uint8_t;
constexpr BandSet band_bit(SampleRate rate) {
  return static_cast<BandSet>(1U << band_of(rate));
}

/// One way of a link between two bridges: frames of 20 ms from the thread of one to the thread of the other, without a
/// lock. The hearing end says which bands it wants, so that nothing is converted on the way. Each end belongs to one
/// thread at a time; never allocates after it was made.
class BridgePipe {
 public:
  struct Frame {
    BandSet bands = 0;  ///< of those below; none: nobody spoke
    std::array<std::array<std::int16_t, kMaxFrameSamples>, kBands.size()> audio;

    Samples in(SampleRate rate) const { return Samples(audio[band_of(rate)]).first(samples_in(rate, kFrameMs)); }
    SampleBuffer room(SampleRate rate) { return SampleBuffer(audio[band_of(rate)]).first(samples_in(rate, kFrameMs)); }
  };

  // The speaking end.

  BandSet wanted() const { return wanted_.load(std::memory_order_relaxed); }
  /// The frame to be filled, and then `push`ed; null if the other end takes nothing any more: this frame is left out.
  Frame* next() {
    const std::uint32_t written = written_.load(std::memory_order_relaxed);
    if (written - read_.load(std::memory_order_acquire) == kFrames) return nullptr;
    return &frames_[written % kFrames];
  }
  void push() { written_.store(written_.load(std::memory_order_relaxed) + 1, std::memory_order_release); }

  // The hearing end.

  void want(BandSet bands) { wanted_.store(bands, std::memory_order_relaxed); }
  /// The frame that sounds now: good until the next call, null for silence. The two ends step at the same pace but not
  /// at the same moment, so it begins with two frames in hand, and leaves one out when they have become too many.
  const Frame* take() {
    std::uint32_t read = read_.load(std::memory_order_relaxed);
    if (holds_) read_.store(++read, std::memory_order_release);
    holds_ = false;
    const std::uint32_t waiting = written_.load(std::memory_order_acquire) - read;
    if (waiting == 0) flows_ = false;
    if (waiting >= kBegin) flows_ = true;
    if (!flows_) return nullptr;
    if (waiting == kFrames) read_.store(++read, std::memory_order_release);
    holds_ = true;
    return &frames_[read % kFrames];
  }

 private:
  static constexpr std::uint32_t kFrames = 4;
  static constexpr std::uint32_t kBegin = 2;

  std::array<Frame, kFrames> frames_;
  alignas(64) std::atomic<std::uint32_t> written_{0};
  alignas(64) std::atomic<std::uint32_t> read_{0};
  std::atomic<BandSet> wanted_{0};
  bool holds_ = false;  // the hearing end's, as the next
  bool flows_ = false;
};

}  // namespace cadenas::media
