#include "media/audio/dtmf_detector.hpp"

#include <new>

// spandsp's headers do not include what they need, and so want this order.
// clang-format off
#include <inttypes.h>
#include <spandsp/telephony.h>
#include <spandsp/logging.h>
#include <spandsp/tone_generate.h>
#include <spandsp/super_tone_rx.h>
#include <spandsp/dtmf.h>
// clang-format on

namespace cadenas::media {

void DtmfDetector::Free::operator()(dtmf_rx_state_s* state) const {
  dtmf_rx_free(state);
}

DtmfDetector::DtmfDetector() : state_(dtmf_rx_init(nullptr, nullptr, nullptr)) {
  if (!state_) throw std::bad_alloc();
}

HeardDigits DtmfDetector::hear(Samples frame) {
  dtmf_rx(state_.get(), frame.data(), static_cast<int>(frame.size()));
  HeardDigits heard;
  heard.count = dtmf_rx_get(state_.get(), heard.digits.data(), static_cast<int>(heard.digits.size()) - 1);
  return heard;
}

bool DtmfDetector::is_sounding() const {
  return dtmf_rx_status(state_.get()) != 0;
}

}  // namespace cadenas::media
