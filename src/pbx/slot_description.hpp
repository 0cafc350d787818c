#pragma once

#include "base/error.hpp"
#include "media/tdm/slot_audio.hpp"
#include "pbx/leg_event.hpp"
#include "pbx/media_description.hpp"
#include "pbx/party_media.hpp"

namespace cadenas::pbx {

// A time slot as offers and answers describe it. It speaks G.711 and no packet: its description has no address, and its
// profile is RTP/AVP, as there is nothing of it to encrypt.

/// Where a time slot receives, for a description that needs a place: a name that is nobody's (RFC 2606 §2), and the
/// port that discards (RFC 863).
LocalMedia slot_place();

/// What a port that calls offers: G.711 and telephone events.
AudioDescription slot_offer(sip::Direction direction = sip::Direction::sendrecv);

/// What a port answers: of what was offered G.711 if it is there, else the first voice that the board can turn into it,
/// and telephone events on the clock of the voice. Error "call.no-codec".
base::Result<AudioDescription> slot_answer(const AudioDescription& offered);

/// As a body between a leg and its call; `version` rises.
SharedSdp describe_slot(const AudioDescription& audio, std::uint64_t session, std::uint64_t version);

/// The audio of a description that came to a port. Error "call.no-audio".
base::Result<AudioDescription> audio_for_slot(const sip::Sdp& sdp);

/// How the board is to speak with an RTP leg opposite a time slot: what both sides of its dialog said. Error
/// "call.no-codec".
base::Result<media::tdm::SlotAudio> slot_audio(const AudioDescription& said, const AudioDescription& heard);

}  // namespace cadenas::pbx
