#include "media/audio/room_announcer.hpp"

#include <algorithm>

namespace cadenas::media {

void RoomAnnouncer::add(Announcement announcement) {
  if (waiting_count_ == kMost) {
    std::rotate(waiting_.begin(), waiting_.begin() + 1, waiting_.end());
    --waiting_count_;
  }
  waiting_[waiting_count_++] = announcement;
}

void RoomAnnouncer::play(BandSums& sums) {
  if (!playing_) {
    if (waiting_count_ == 0) return;
    const Tone tone = announcement(waiting_.front());
    std::rotate(waiting_.begin(), waiting_.begin() + 1, waiting_.end());
    --waiting_count_;
    playing_.emplace(
        std::array{ToneGenerator(tone, kBands[0]), ToneGenerator(tone, kBands[1]), ToneGenerator(tone, kBands[2])});
  }
  std::array<std::int16_t, kMaxFrameSamples> frame;
  bool goes_on = false;
  for (std::size_t i = 0; i < kBands.size(); ++i) {
    // All bands keep step, though nobody may hear one of them.
    const SampleBuffer audio = SampleBuffer(frame).first(samples_in(kBands[i], kFrameMs));
    goes_on = (*playing_)[i].fill(audio) || goes_on;
    if (sums.is_used(kBands[i])) sums.add(kBands[i], audio);
  }
  if (!goes_on) playing_.reset();
}

}  // namespace cadenas::media
