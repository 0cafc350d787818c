#include "media/audio/resampler.hpp"

#include <algorithm>
#include <new>

#include <speex/speex_resampler.h>

namespace cadenas::media {
namespace {

// Of 0…10: the lowest that leaves the telephone band (3.4 of 4 kHz) whole and keeps aliases 80 dB down.
constexpr int kQuality = 4;

}  // namespace

void Resampler::Free::operator()(SpeexResamplerState_* state) const {
  speex_resampler_destroy(state);
}

Resampler::Resampler(SampleRate from, SampleRate to) : from_(from), to_(to) {
  if (from == to) return;
  state_.reset(speex_resampler_init(1, hertz(from), hertz(to), kQuality, nullptr));
  if (!state_) throw std::bad_alloc();
}

std::size_t Resampler::delay_samples() const {
  return state_ ? static_cast<std::size_t>(speex_resampler_get_output_latency(state_.get())) : 0;
}

std::size_t Resampler::convert(Samples in, SampleBuffer out) {
  if (!state_) {
    std::ranges::copy(in, out.begin());
    return in.size();
  }
  auto taken = static_cast<spx_uint32_t>(in.size());
  auto given = static_cast<spx_uint32_t>(std::min(out.size(), samples_for(in.size())));
  speex_resampler_process_int(state_.get(), 0, in.data(), &taken, out.data(), &given);
  return given;
}

}  // namespace cadenas::media
