#pragma once

#include <atomic>

#include "media/audio/g711.hpp"
#include "media/tdm/slot_audio.hpp"
#include "media/tdm/slot_queue.hpp"

namespace cadenas::media::tdm {

/// What passes between the bus and who has taken a port, or between two ports that are joined.
class SlotChannel {
 public:
  explicit SlotChannel(G711Law law) : law_(law) {}

  G711Law law() const { return law_; }
  SlotQueue heard;  ///< what the port says; the bus puts
  SlotQueue said;   ///< what the port hears; the bus takes

  /// Whoever took the port does not want it any more. Any thread.
  void let_go() { is_let_go_.store(true, std::memory_order_relaxed); }
  bool is_let_go() const { return is_let_go_.load(std::memory_order_relaxed); }

  SlotStats stats() const {
    return {heard.frames(), said.frames(), heard.missed() + said.missed(), heard.slipped() + said.slipped()};
  }

 private:
  G711Law law_;
  std::atomic<bool> is_let_go_{false};
};

}  // namespace cadenas::media::tdm
