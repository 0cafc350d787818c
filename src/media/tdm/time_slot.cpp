#include "media/tdm/time_slot.hpp"

#include <algorithm>

#include "media/tdm/slot_channel.hpp"

namespace cadenas::media::tdm {

TimeSlot::~TimeSlot() {
  if (channel_) channel_->let_go();
}

G711Law TimeSlot::law() const {
  return channel_->law();
}

void TimeSlot::hear(SampleBuffer out) {
  SlotFrame frame;
  if (!channel_->heard.take(frame)) {
    std::ranges::fill(out, std::int16_t{0});
    return;
  }
  std::ranges::transform(frame, out.begin(), [this](std::uint8_t octet) { return g711_decode(law(), octet); });
}

void TimeSlot::say(Samples frame) {
  SlotFrame octets;
  std::ranges::transform(frame, octets.begin(), [this](std::int16_t sample) { return g711_encode(law(), sample); });
  channel_->said.put(octets);
}

SlotStats TimeSlot::stats() const {
  return channel_->stats();
}

}  // namespace cadenas::media::tdm
