#include "pbx/media_description.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "sip/grammar.hpp"
#include "sip/sdp_ice.hpp"

namespace cadenas::pbx {

namespace {

constexpr std::array<std::string_view, 4> end_to_end_attributes{"rtpmap", "fmtp", "ptime", "maxptime"};

bool is_audio(const sip::SdpMedia& media) {
  return media.media == "audio" && media.port != 0 && !media.formats.empty();
}

bool is_plain(const sip::SdpMedia& media) {
  return media.proto == "RTP/AVP" || media.proto == "RTP/AVPF";
}

// UDP/TLS/RTP/SAVP without a fingerprint is a secure line without keys, as RTP/SAVP is.
bool names_certificate(const sip::Sdp& sdp, const sip::SdpMedia& media) {
  return !media.has_attribute("crypto") &&
         (media.has_attribute("fingerprint") || sdp.session.has_attribute("fingerprint"));
}

sip::Direction without_sending_to_it(sip::Direction direction) {
  return direction == sip::Direction::sendrecv || direction == sip::Direction::sendonly ? sip::Direction::sendonly
                                                                                        : sip::Direction::inactive;
}

// Those of 8 kHz change places with what stands first among them.
void put_usual_events_first(const sip::SdpMedia& media, std::vector<std::string>& formats) {
  constexpr unsigned usual_clock = 8000;
  auto first = formats.end();
  for (auto at = formats.begin(); at != formats.end(); ++at) {
    const auto type = sip::grammar::number(*at, 127);
    const auto map = type ? media.rtpmap(static_cast<unsigned>(*type)) : std::nullopt;
    if (!map || !sip::grammar::same(map->encoding, "telephone-event")) continue;
    if (first == formats.end()) first = at;
    if (map->clock_rate == usual_clock) return std::iter_swap(first, at);
  }
}

}  // namespace

bool AudioDescription::same_codecs(const AudioDescription& other) const {
  return formats == other.formats && attributes == other.attributes;
}

AudioDescription default_audio() {
  AudioDescription audio;
  audio.formats = {"9", "8", "0", "96", "101"};
  audio.attributes = {{"rtpmap", "9 G722/8000"},
                      {"rtpmap", "8 PCMA/8000"},
                      {"rtpmap", "0 PCMU/8000"},
                      {"rtpmap", "96 opus/48000/2"},
                      {"rtpmap", "101 telephone-event/8000"},
                      {"fmtp", "101 0-15"},
                      {"ptime", "20"}};
  return audio;
}

AudioDescription PartyDescription::audio_of(const sip::Sdp& sdp, std::size_t line) {
  const sip::SdpMedia& media = sdp.media[line];
  AudioDescription audio;
  audio.formats = media.formats;
  put_usual_events_first(media, audio.formats);
  for (const sip::SdpLine& entry : media.lines) {
    const auto name = entry.attribute_name();
    if (std::find(end_to_end_attributes.begin(), end_to_end_attributes.end(), name) == end_to_end_attributes.end()) {
      continue;
    }
    audio.attributes.emplace_back(name, entry.attribute_value());
  }
  audio.direction = sdp.direction_of(media);
  if (sdp.has_null_address(media) && !is_ice_line(sdp, line)) audio.direction = without_sending_to_it(audio.direction);
  return audio;
}

base::Result<PartyDescription> read_description(const sip::Sdp& sdp) {
  PartyDescription found;
  for (std::size_t i = 0; i < sdp.media.size(); ++i) {
    const sip::SdpMedia& media = sdp.media[i];
    found.lines.push_back({media.media, media.proto, media.formats.empty() ? "0" : media.formats.front()});
    if (!is_audio(media)) continue;
    if (is_plain(media)) {
      if (!found.plain_line) found.plain_line = i;
    } else if ((media.is_dtls() || media.is_secure()) && names_certificate(sdp, media)) {
      if (!found.dtls_line) found.dtls_line = i;
    } else if (media.is_secure() || media.is_dtls()) {
      if (!found.secure_line) found.secure_line = i;
    }
  }
  if (!found.secure_line && !found.plain_line && !found.dtls_line) {
    return base::fail("call.no-audio",
                      "The description has no audio stream over RTP/AVP, RTP/SAVP or UDP/TLS/RTP/SAVP.", "m");
  }
  const bool secure_keys = found.secure_line && sdp.media[*found.secure_line].has_attribute("crypto");
  const bool plain_keys = found.plain_line && sdp.media[*found.plain_line].has_attribute("crypto");
  if (secure_keys) {
    found.seen = found.plain_line ? policy::MediaSeen::both_lines : policy::MediaSeen::savp_with_crypto;
  } else if (found.dtls_line && !plain_keys) {
    found.seen = found.plain_line ? policy::MediaSeen::dtls_or_plain : policy::MediaSeen::dtls;
  } else if (found.plain_line) {
    found.seen = plain_keys ? policy::MediaSeen::avp_with_crypto : policy::MediaSeen::avp_plain;
  } else {
    found.seen = policy::MediaSeen::savp_without_crypto;
  }
  return found;
}

bool is_ice_line(const sip::Sdp& sdp, std::size_t line) {
  const sip::SdpMedia& media = sdp.media[line];
  return (media.is_dtls() || media.is_secure()) && names_certificate(sdp, media) && media.rtcp_mux() &&
         sip::speaks_of_ice(sdp, media);
}

MediaAddress address_of(const sip::Sdp& sdp, std::size_t line) {
  const sip::SdpMedia& media = sdp.media[line];
  MediaAddress out;
  out.rtcp_mux = media.rtcp_mux();
  const auto address = sdp.address_of(media);
  if (!address || sdp.has_null_address(media) || is_ice_line(sdp, line)) return out;
  // A name is not looked up: symmetric RTP finds the party by what it sends.
  if (const auto rtp = base::Endpoint::parse(*address, media.port)) {
    out.rtp = *rtp;
    out.rtcp = rtp->with_port(media.rtcp_port());
  }
  return out;
}

}  // namespace cadenas::pbx
