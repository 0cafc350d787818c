#include "pbx/conference_audio.hpp"

#include <algorithm>

#include "pbx/audio_formats.hpp"

namespace cadenas::pbx {

base::Result<ConferenceAudio> choose_conference_audio(const AudioDescription& party) {
  const auto formats = known_formats(party);
  const auto voice = std::find_if(formats.begin(), formats.end(), [](const auto& f) { return f.is_voice(); });
  if (voice == formats.end()) {
    return base::fail("call.no-codec", "The phone offers no codec that the conference can mix.", "m=");
  }
  ConferenceAudio out;
  out.said.direction = sip::mirrored(party.direction);
  say_format(out.said, party, voice->format);
  out.board.sends = voice->payload;
  out.board.receives = {voice->payload};
  if (const KnownFormat* events = events_for(formats, *voice)) {
    say_format(out.said, party, events->format);
    out.board.receives.push_back(events->payload);
  }
  return out;
}

}  // namespace cadenas::pbx
