#include "media/audio/digit_player.hpp"

#include "media/audio/tone_table.hpp"

namespace cadenas::media {

void DigitPlayer::add(char digit) {
  if (count_ == kMost || !dtmf_tone(digit)) return;
  waiting_[(first_ + count_++) % kMost] = digit;
}

bool DigitPlayer::fill(SampleBuffer out) {
  if (!playing_) {
    if (count_ == 0) return false;
    playing_.emplace(*dtmf_tone(waiting_[first_]), rate_);
    first_ = (first_ + 1) % kMost;
    --count_;
  }
  if (!playing_->fill(out)) playing_.reset();
  return true;
}

}  // namespace cadenas::media
