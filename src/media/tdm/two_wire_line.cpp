#include "media/tdm/two_wire_line.hpp"

#include <algorithm>

namespace cadenas::media::tdm {

void TwoWireLine::say(const SlotFrame& frame) {
  // A card that does not answer: what it says next belongs to what it is said now.
  if (waiting_ == kMostWaiting) {
    waiting_ = 0;
    canceller_.forget();
  }
  Frame& said = said_[(first_ + waiting_++) % kMostWaiting];
  std::ranges::transform(frame, said.begin(), [this](std::uint8_t octet) { return g711_decode(law_, octet); });
}

void TwoWireLine::unsay() {
  if (waiting_ > 0) --waiting_;
}

void TwoWireLine::hear(SlotFrame& frame) {
  behind_ = waiting_ > 1 ? behind_ + 1 : 0;
  if (behind_ == kForLong) {
    behind_ = 0;
    miss(1);
    canceller_.forget();
  }
  Frame said{};
  if (waiting_ > 0) {
    said = said_[first_];
    miss(1);
  }
  Frame heard;
  std::ranges::transform(frame, heard.begin(), [this](std::uint8_t octet) { return g711_decode(law_, octet); });
  if (!canceller_.cancel(said, heard)) return;
  std::ranges::transform(heard, frame.begin(), [this](std::int16_t sample) { return g711_encode(law_, sample); });
}

void TwoWireLine::miss(std::size_t frames) {
  const std::size_t gone = std::min(frames, waiting_);
  first_ = (first_ + gone) % kMostWaiting;
  waiting_ -= gone;
}

}  // namespace cadenas::media::tdm
