#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "media/audio/frame.hpp"

namespace cadenas::media {

/// Adds a frame to the sum of a bridge; 32 bits hold 65,536 parties at full scale. Both of one length.
inline void add_to_sum(std::span<std::int32_t> sum, Samples frame) {
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += frame[i];
}

/// What a party hears: the sum without its own frame, clipped to 16 bits. All of one length; `out` may be `own`.
inline void sum_without(std::span<const std::int32_t> sum, Samples own, SampleBuffer out) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = static_cast<std::int16_t>(std::clamp<std::int32_t>(sum[i] - own[i], -32'768, 32'767));
  }
}

}  // namespace cadenas::media
