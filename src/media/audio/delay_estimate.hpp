#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace cadenas::media {

/// Says from the arrivals of a stream how long its packets should wait: long enough for all but 3 % of them, counted
/// from the quickest of the last ten seconds (which so follows the drift of the clocks). Times are in units of the RTP
/// clock; a transit is arrival less timestamp, of which only differences mean anything. A value; one thread at a time.
class DelayEstimate {
 public:
  /// `clock` in Hz; the target stays between `least_ms` and `most_ms`.
  DelayEstimate(std::uint32_t clock, std::uint32_t least_ms, std::uint32_t most_ms);

  void add(std::int64_t transit);
  /// Begins anew with the next transit, but for the jitter, which does not ask how long the path is.
  void forget_path();
  /// Transit of the quickest packet; 0 before the first.
  std::int64_t quickest() const { return quickest_; }
  /// How much later than the quickest packet's arrival a packet should sound.
  std::int64_t target() const { return target_; }
  /// Interarrival jitter as RFC 3550 §6.4.1 reports it.
  std::uint32_t jitter() const { return static_cast<std::uint32_t>(jitter_); }

 private:
  static constexpr std::size_t kBinMs = 5;
  static constexpr std::size_t kBins = 40;
  static constexpr std::size_t kBlocks = 8;

  void note_quickest(std::int64_t transit);
  void note_delay(std::int64_t delay);

  std::int64_t unit_ms_;
  std::int64_t least_;
  std::int64_t most_;
  std::int64_t target_;
  std::int64_t quickest_ = 0;
  std::array<std::int64_t, kBlocks> blocks_{};  // the quickest of each 64 packets, the current at block_
  std::size_t block_ = 0;
  std::size_t blocks_used_ = 0;
  std::size_t in_block_ = 0;
  std::array<float, kBins> share_{};  // of packets that waited so long, older ones weighing less
  std::uint32_t counted_ = 0;
  std::optional<std::int64_t> last_transit_;
  double jitter_ = 0;
};

}  // namespace cadenas::media
