#pragma once

#include <cstdint>

namespace cadenas::media {

/// The last 128 packet indices of one stream (RFC 3711 §3.3.2, which asks for at least 64). A value.
class ReplayWindow {
 public:
  static constexpr std::uint64_t kSize = 128;

  /// False if `index` was seen, or is too old to tell.
  bool is_new(std::uint64_t index) const {
    if (index >= next_) return true;
    const std::uint64_t age = next_ - 1 - index;
    return age < kSize && !bit(age);
  }

  /// True if no index as high was seen.
  bool is_newer(std::uint64_t index) const { return index >= next_; }

  /// Marks `index` as seen; call it once the packet has authenticated.
  void add(std::uint64_t index) {
    if (index >= next_) {
      shift(index - next_ + 1);
      next_ = index + 1;
    }
    const std::uint64_t age = next_ - 1 - index;
    if (age < 64) {
      low_ |= std::uint64_t{1} << age;
    } else if (age < kSize) {
      high_ |= std::uint64_t{1} << (age - 64);
    }
  }

 private:
  bool bit(std::uint64_t age) const { return ((age < 64 ? low_ >> age : high_ >> (age - 64)) & 1) != 0; }
  void shift(std::uint64_t by) {
    if (by >= kSize) {
      low_ = high_ = 0;
    } else if (by >= 64) {
      high_ = low_ << (by - 64);
      low_ = 0;
    } else {
      high_ = (high_ << by) | (low_ >> (64 - by));
      low_ <<= by;
    }
  }

  std::uint64_t next_ = 0;  // one above the newest index seen
  std::uint64_t low_ = 0;   // bit n: index next_ - 1 - n was seen
  std::uint64_t high_ = 0;  // the same for 64 + n
};

}  // namespace cadenas::media
