#pragma once

#include <memory>

#include "media/audio/codec.hpp"
#include "media/audio/g711.hpp"

namespace cadenas::media {

/// G.711 in RTP: one octet a sample, packets of 10 to 60 ms in steps of 10 (RFC 3551 §4.5.14).
std::unique_ptr<Encoder> make_g711_encoder(G711Law law);
/// Conceals as `Concealer` does.
std::unique_ptr<Decoder> make_g711_decoder(G711Law law);

}  // namespace cadenas::media
