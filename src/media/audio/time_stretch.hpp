#pragma once

#include <cstddef>

#include "media/audio/frame.hpp"

namespace cadenas::media {

/// How many samples `shorten` and `lengthen` look at: 20 ms.
constexpr std::size_t stretch_window(SampleRate rate) {
  return samples_in(rate, kFrameMs);
}
/// By how much they change the length at most: 10 ms.
constexpr std::size_t longest_stretch(SampleRate rate) {
  return samples_in(rate, kFrameMs / 2);
}

/// Takes one pitch period out of the first 20 ms of `audio`, in place and without a step in the waveform (overlap-add),
/// so that a jitter buffer gets rid of delay unheard. Returns by how many samples the audio is now shorter; 0 if there
/// is less than 20 ms, or no period whose loss would not be heard.
std::size_t shorten(SampleBuffer audio, SampleRate rate);
/// Puts one pitch period in. The first `size` samples of `audio` are used, and it must have room for 10 ms more.
/// Returns by how many samples the audio is now longer, or 0 as above.
std::size_t lengthen(SampleBuffer audio, std::size_t size, SampleRate rate);

}  // namespace cadenas::media
