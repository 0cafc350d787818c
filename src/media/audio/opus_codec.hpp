#pragma once

#include <memory>

#include "media/audio/codec.hpp"

namespace cadenas::media {

/// Opus (RFC 6716, RFC 7587): mono, speech, in-band FEC on; packets of 10, 20, 40 or 60 ms. RTP clock 48000 at any
/// rate.
std::unique_ptr<Encoder> make_opus_encoder(const OpusSettings& settings);
/// Takes whatever band and channels come, gives mono at `rate`; conceals as libopus does, from in-band FEC if it can.
std::unique_ptr<Decoder> make_opus_decoder(SampleRate rate);

}  // namespace cadenas::media
