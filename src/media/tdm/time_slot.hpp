#pragma once

#include <memory>
#include <span>
#include <utility>

#include "media/audio/frame.hpp"
#include "media/audio/g711.hpp"
#include "media/tdm/slot_audio.hpp"

namespace cadenas::media::tdm {

class SlotChannel;

/// The voice of a time slot in the hands of one owner, who hears what the port says and says what it hears. It moves,
/// there is one at a time of a port, and when it goes the port hears silence. One thread at a time, which need not be
/// the bus's; no lock, no allocation, no system call. A bus that goes, or a card, leaves it silent.
class TimeSlot {
 public:
  explicit TimeSlot(std::shared_ptr<SlotChannel> channel) : channel_(std::move(channel)) {}
  ~TimeSlot();
  TimeSlot(TimeSlot&&) noexcept = default;
  TimeSlot& operator=(TimeSlot&&) = delete;

  G711Law law() const;
  /// Writes the next 20 ms (160 samples) of what the port says, once every 20 ms; zeros where there is nothing yet.
  void hear(SampleBuffer out);
  /// The next 20 ms (160 samples) that the port hears, once every 20 ms.
  void say(Samples frame);
  SlotStats stats() const;  ///< any thread
  /// To read `stats` after the slot was given away.
  std::shared_ptr<const SlotChannel> counters() const { return channel_; }

 private:
  std::shared_ptr<SlotChannel> channel_;
};

}  // namespace cadenas::media::tdm
