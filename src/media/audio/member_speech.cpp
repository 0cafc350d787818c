#include "media/audio/member_speech.hpp"

#include <cmath>
#include <utility>

#include "media/audio/level.hpp"

namespace cadenas::media {
namespace {

// Below this is the noise of a room; with hundreds of members the sum of all noises is what everybody would hear, and
// each who is in the sum wants an encoder of its own. A second bridges the pauses between words.
constexpr int kFloorDbov = -60;
constexpr int kHearFrames = 50;

}  // namespace

MemberSpeech::MemberSpeech(SampleRate rate) : rate_(rate) {
  for (const SampleRate band : kBands) converted_.push_back({Resampler(rate, band)});
}

void MemberSpeech::take(bool is_voice) {
  for (Converted& converted : converted_) converted.is_done = false;
  level_ = is_voice ? static_cast<int>(std::lround(level_dbov(frame()))) : -127;
  if (level_ >= kFloorDbov) {
    frames_to_hear_ = kHearFrames;
  } else if (frames_to_hear_ > 0) {
    --frames_to_hear_;
  }
}

Samples MemberSpeech::in_band(SampleRate wanted) {
  if (wanted == rate_) return frame();
  Converted& converted = converted_[band_of(wanted)];
  const SampleBuffer out = SampleBuffer(converted.frame).first(samples_in(wanted, kFrameMs));
  if (!std::exchange(converted.is_done, true)) converted.resampler.convert(frame(), out);
  return out;
}

void MemberSpeech::add_to(BandSums& sums) {
  for (const SampleRate band : kBands) {
    if (sums.is_used(band)) sums.add(band, in_band(band));
  }
}

}  // namespace cadenas::media
