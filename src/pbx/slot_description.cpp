#include "pbx/slot_description.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "pbx/audio_formats.hpp"

namespace cadenas::pbx {

namespace {

constexpr const char* nobodys_name = "slot.invalid";
constexpr std::uint16_t discard_port = 9;

bool is_g711(const KnownFormat& format) {
  return format.payload.codec == media::Codec::pcma || format.payload.codec == media::Codec::pcmu;
}

base::Error no_codec() {
  return {"call.no-codec", "Nothing that was offered can be heard on a time slot.", "m="};
}

}  // namespace

LocalMedia slot_place() {
  return {nobodys_name, discard_port};
}

AudioDescription slot_offer(sip::Direction direction) {
  AudioDescription audio;
  audio.formats = {"8", "0", "101"};
  audio.attributes = {{"rtpmap", "8 PCMA/8000"},
                      {"rtpmap", "0 PCMU/8000"},
                      {"rtpmap", "101 telephone-event/8000"},
                      {"fmtp", "101 0-15"},
                      {"ptime", "20"}};
  audio.direction = direction;
  return audio;
}

base::Result<AudioDescription> slot_answer(const AudioDescription& offered) {
  const auto formats = known_formats(offered);
  auto voice = std::find_if(formats.begin(), formats.end(), is_g711);
  if (voice == formats.end()) {
    voice = std::find_if(formats.begin(), formats.end(), [](const auto& f) { return f.is_voice(); });
  }
  if (voice == formats.end()) return tl::unexpected(no_codec());
  AudioDescription answer;
  answer.direction = sip::mirrored(offered.direction);
  say_format(answer, offered, voice->format);
  if (const KnownFormat* events = events_for(formats, *voice)) say_format(answer, offered, events->format);
  return answer;
}

SharedSdp describe_slot(const AudioDescription& audio, std::uint64_t session, std::uint64_t version) {
  sip::Sdp sdp = sip::Sdp::create(nobodys_name, session, version);
  sip::SdpMedia media;
  media.media = "audio";
  media.port = discard_port;
  media.proto = "RTP/AVP";
  media.formats = audio.formats;
  for (const auto& [name, value] : audio.attributes) media.add_attribute(name, value);
  media.set_direction(audio.direction);
  sdp.media.push_back(std::move(media));
  return std::make_shared<const sip::Sdp>(std::move(sdp));
}

base::Result<AudioDescription> audio_for_slot(const sip::Sdp& sdp) {
  const auto described = read_description(sdp);
  if (!described) return tl::unexpected(described.error());
  const auto line = described->secure_line ? *described->secure_line : *described->plain_line;
  return PartyDescription::audio_of(sdp, line);
}

base::Result<media::tdm::SlotAudio> slot_audio(const AudioDescription& said, const AudioDescription& heard) {
  // The numbers are one set for both (AudioDescription), so what both named is agreed on; its order is the party's.
  std::vector<KnownFormat> agreed = known_formats(heard);
  std::erase_if(agreed, [&said](const KnownFormat& format) {
    return std::find(said.formats.begin(), said.formats.end(), format.format) == said.formats.end();
  });
  const auto voice = std::find_if(agreed.begin(), agreed.end(), [](const auto& f) { return f.is_voice(); });
  if (voice == agreed.end()) return tl::unexpected(no_codec());
  media::tdm::SlotAudio out;
  out.voice.sends = voice->payload;
  for (const KnownFormat& format : agreed) {
    if (!format.is_events()) out.voice.receives.push_back(format.payload);
  }
  if (const KnownFormat* events = events_for(agreed, *voice)) {
    out.voice.receives.push_back(events->payload);
    out.sends_events = events->payload.payload_type;
  }
  return out;
}

}  // namespace cadenas::pbx
