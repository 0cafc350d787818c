#pragma once

#include "base/error.hpp"
#include "media/audio/member_audio.hpp"
#include "pbx/media_description.hpp"

namespace cadenas::pbx {

/// The audio that a bridge speaks with one party.
struct ConferenceAudio {
  AudioDescription said;     ///< what we say of it in SDP: one voice codec, and telephone events if the party has them
  media::MemberAudio board;  ///< the same for the media board
};

/// Chooses from what a party described: its first voice codec that the board has. Error "call.no-codec".
base::Result<ConferenceAudio> choose_conference_audio(const AudioDescription& party);

}  // namespace cadenas::pbx
