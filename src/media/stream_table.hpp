#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace cadenas::media {

/// The state of each SSRC of one key, in a flat table: nearly always one, at most 64. It forgets none, because a
/// forgotten stream could be replayed (receiving) or repeat its keystream (sending). One thread at a time.
template <class State>
class StreamTable {
 public:
  static constexpr std::size_t kMax = 64;

  /// Null if this SSRC is unknown. The pointer is good until the next `add`.
  State* find(std::uint32_t ssrc) {
    if (last_ < streams_.size() && streams_[last_].first == ssrc) return &streams_[last_].second;
    for (std::size_t i = 0; i < streams_.size(); ++i) {
      if (streams_[i].first != ssrc) continue;
      last_ = i;
      return &streams_[i].second;
    }
    return nullptr;
  }
  bool is_full() const { return streams_.size() >= kMax; }
  /// Call with an unknown SSRC while not full. Allocates.
  State& add(std::uint32_t ssrc, State state) {
    last_ = streams_.size();
    return streams_.emplace_back(ssrc, std::move(state)).second;
  }
  std::size_t size() const { return streams_.size(); }

 private:
  std::vector<std::pair<std::uint32_t, State>> streams_;
  std::size_t last_ = 0;
};

}  // namespace cadenas::media
