#pragma once

#include <cstdint>
#include <optional>

namespace cadenas::media {

/// The 48-bit SRTP index of a stream: rollover counter and sequence number (RFC 3711 §3.3.1). A value.
class PacketIndex {
 public:
  static constexpr std::uint64_t kEnd = std::uint64_t{1} << 48;

  /// Starts the stream at its first packet.
  explicit PacketIndex(std::uint64_t first) : highest_(first) {}

  /// The index meant by `sequence`: the nearest to the newest one. Nothing if that lies before the stream's beginning
  /// or past its end (a new key is due).
  std::optional<std::uint64_t> estimate(std::uint16_t sequence) const {
    std::int64_t distance = static_cast<std::int16_t>(static_cast<std::uint16_t>(sequence - highest_));
    // Exactly half way round the RFC stays in the same round of the counter.
    if (distance == -0x8000 && (highest_ & 0xffff) < 0x8000) distance = 0x8000;
    const std::int64_t index = static_cast<std::int64_t>(highest_) + distance;
    if (index < 0 || index >= static_cast<std::int64_t>(kEnd)) return std::nullopt;
    return static_cast<std::uint64_t>(index);
  }
  /// True if `index` is newer than all before.
  bool advance(std::uint64_t index) {
    if (index <= highest_) return false;
    highest_ = index;
    return true;
  }
  std::uint64_t highest() const { return highest_; }

 private:
  std::uint64_t highest_;
};

}  // namespace cadenas::media
