#pragma once

#include <memory>

#include "media/audio/codec.hpp"

namespace cadenas::media {

/// ITU-T G.722 at 64 kbit/s: audio at 16 kHz, one octet for two samples, RTP clock 8000 (RFC 3551 §4.5.2); packets of
/// 10 to 60 ms in steps of 10.
std::unique_ptr<Encoder> make_g722_encoder();
/// Conceals as `Concealer` does.
std::unique_ptr<Decoder> make_g722_decoder();

}  // namespace cadenas::media
