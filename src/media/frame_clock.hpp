#pragma once

#include <optional>

#include "base/clock.hpp"
#include "media/audio/frame.hpp"

namespace cadenas::media {

/// When frames of audio are due: every 20 ms from the start on. A value.
class FrameClock {
 public:
  void start(base::SteadyTime now) { next_ = now + kStep; }
  void stop() { next_.reset(); }
  /// The next frame; none while stopped.
  std::optional<base::SteadyTime> next() const { return next_; }

  /// The frame that is due, once. A thread that was held up catches up with what it missed, but not with more than
  /// 100 ms of it: that much is left out.
  std::optional<base::SteadyTime> due(base::SteadyTime now) {
    if (!next_ || now < *next_) return std::nullopt;
    if (now - *next_ > kMostBehind) next_ = now;
    const base::SteadyTime frame = *next_;
    *next_ += kStep;
    return frame;
  }

 private:
  static constexpr base::Millis kStep{kFrameMs};
  static constexpr base::Millis kMostBehind{100};

  std::optional<base::SteadyTime> next_;
};

}  // namespace cadenas::media
