#pragma once

#include "media/audio/audio_sender.hpp"
#include "media/audio/member_audio.hpp"

namespace cadenas::media {

/// How a stream towards a party begins: with the voice that was agreed on, and random numbers (RFC 3550 §5.1).
AudioSender::Settings new_stream(const MemberAudio& audio);
/// A random seed for comfort noise.
std::uint32_t random_seed();

}  // namespace cadenas::media
