#include "media/audio/echo_canceller.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <new>

#include <speex/speex_echo.h>

namespace cadenas::media {
namespace {

// Zero of A-law is 8, and noise of an idle line little more.
constexpr int kSilence = 32;
constexpr int kShortFade = 32;  // samples

/// No filter that is right adds to what the line says.
constexpr double kMostGain = 1.25;  // of energy

double energy(Samples frame) {
  double sum = 0;
  for (const std::int16_t sample : frame) sum += static_cast<double>(sample) * sample;
  return sum;
}

bool is_silent(Samples frame) {
  return std::ranges::all_of(frame, [](std::int16_t sample) { return std::abs(int{sample}) <= kSilence; });
}

}  // namespace

void EchoCanceller::Free::operator()(SpeexEchoState_* state) const {
  speex_echo_state_destroy(state);
}

EchoCanceller::EchoCanceller(unsigned tail_ms)
    : state_(speex_echo_state_init(kFrame, static_cast<int>(samples_in(SampleRate::narrow, tail_ms)))),
      tail_frames_(tail_ms / kFrameMs + 1),
      silent_frames_(tail_frames_ + 1) {
  if (!state_) throw std::bad_alloc();
  int rate = hertz(SampleRate::narrow);
  speex_echo_ctl(state_.get(), SPEEX_ECHO_SET_SAMPLING_RATE, &rate);
}

void EchoCanceller::forget() {
  speex_echo_state_reset(state_.get());
}

bool EchoCanceller::cancel(Samples said, SampleBuffer heard) {
  silent_frames_ = is_silent(said) ? silent_frames_ + 1 : 0;
  const bool was_passing = passes_;
  passes_ = silent_frames_ > tail_frames_;
  if (passes_ && was_passing) return false;
  std::array<std::int16_t, kFrame> clean;
  speex_echo_cancellation(state_.get(), heard.data(), said.data(), clean.data());
  if (energy(clean) > kMostGain * energy(heard)) {
    passes_ = true;
    if (was_passing) return false;
  }
  // The filter turns the phase of low voice: one is faded into the other, so that it does not click; shortly where the
  // far end begins to speak, since its echo comes with it.
  const int fade = passes_ ? static_cast<int>(kFrame) : was_passing ? kShortFade : 0;
  for (int i = 0; i < static_cast<int>(kFrame); ++i) {
    const int done = std::min(i, fade);
    const int of_heard = passes_ ? done : fade - done;
    const auto at = static_cast<std::size_t>(i);
    if (of_heard == 0) {
      heard[at] = clean[at];
    } else {
      heard[at] = static_cast<std::int16_t>((heard[at] * of_heard + clean[at] * (fade - of_heard)) / fade);
    }
  }
  return true;
}

}  // namespace cadenas::media
