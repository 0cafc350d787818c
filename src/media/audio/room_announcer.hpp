#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "media/audio/announcement.hpp"
#include "media/audio/band_sums.hpp"
#include "media/audio/tone.hpp"

namespace cadenas::media {

/// Plays announcements into a bridge one after the other, in every band. One thread at a time; never allocates.
class RoomAnnouncer {
 public:
  /// Plays it after those that wait. Of many at once the last of `kMost` are kept: they tell how things are now.
  void add(Announcement announcement);
  /// Adds the next 20 ms, if there is anything to play. Call after the bands in use are known.
  void play(BandSums& sums);

 private:
  static constexpr std::size_t kMost = 8;

  std::array<Announcement, kMost> waiting_{};
  std::size_t waiting_count_ = 0;
  std::optional<std::array<ToneGenerator, kBands.size()>> playing_;
};

}  // namespace cadenas::media
