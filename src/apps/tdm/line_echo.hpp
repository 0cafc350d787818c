#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "media/audio/frame.hpp"

namespace cadenas::apps::tdm {

/// What the hybrid of an emulated line sends back of what it hears.
struct LineEcho {
  unsigned loss_db = 0;   ///< return loss, 0…60
  unsigned delay_ms = 0;  ///< 0…200

  friend bool operator==(const LineEcho&, const LineEcho&) = default;
};

/// Makes that echo, at 8 kHz.
class EchoPath {
 public:
  explicit EchoPath(LineEcho echo)
      : gain_(std::pow(10.0, -static_cast<double>(echo.loss_db) / 20)),
        past_(media::samples_in(media::SampleRate::narrow, echo.delay_ms) + 1) {}

  /// The echo at the moment that `heard` is.
  std::int16_t reflect(std::int16_t heard) {
    past_[at_] = heard;
    at_ = (at_ + 1) % past_.size();
    return static_cast<std::int16_t>(std::lround(gain_ * past_[at_]));
  }

 private:
  double gain_;
  std::vector<std::int16_t> past_;  // a ring
  std::size_t at_ = 0;
};

}  // namespace cadenas::apps::tdm
