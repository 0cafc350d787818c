#include "pbx/audio_formats.hpp"

#include <algorithm>
#include <charconv>

namespace cadenas::pbx {

namespace {

std::optional<unsigned> number_of(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string_view take_until(std::string_view& text, char end) {
  const std::size_t at = std::min(text.find(end), text.size());
  const std::string_view taken = text.substr(0, at);
  text.remove_prefix(std::min(at + 1, text.size()));
  return taken;
}

struct NamedFormat {
  media::Codec codec;
  std::uint32_t clock;
};

// `96 opus/48000/2` (RFC 8866 §6.6).
std::optional<NamedFormat> format_named(std::string_view rtpmap, std::string_view format) {
  if (take_until(rtpmap, ' ') != format) return std::nullopt;
  const std::string_view name = take_until(rtpmap, '/');
  const auto clock = number_of(take_until(rtpmap, '/'));
  const auto channels = rtpmap.empty() ? std::optional(1U) : number_of(rtpmap);
  if (!clock || !channels) return std::nullopt;
  const auto codec = media::codec_from_rtpmap(name, *clock, *channels);
  if (!codec) return std::nullopt;
  return NamedFormat{*codec, *clock};
}

std::optional<NamedFormat> named(const AudioDescription& party, std::string_view format, unsigned type) {
  for (const auto& [name, value] : party.attributes) {
    if (name == "rtpmap" && value.starts_with(std::string(format) + " ")) return format_named(value, format);
  }
  const auto codec = media::codec_from_static_type(type);
  if (!codec) return std::nullopt;
  return NamedFormat{*codec, media::facts(*codec).clock};
}

}  // namespace

std::vector<KnownFormat> known_formats(const AudioDescription& audio) {
  std::vector<KnownFormat> out;
  for (const std::string& format : audio.formats) {
    const auto type = number_of(format);
    if (!type || *type > 127) continue;
    const auto what = named(audio, format, *type);
    if (what) out.push_back({format, {what->codec, static_cast<std::uint8_t>(*type)}, what->clock});
  }
  return out;
}

const KnownFormat* events_for(const std::vector<KnownFormat>& formats, const KnownFormat& voice) {
  const KnownFormat* first = nullptr;
  for (const KnownFormat& format : formats) {
    if (!format.is_events()) continue;
    if (format.clock == media::facts(voice.payload.codec).clock) return &format;
    if (!first) first = &format;
  }
  return first;
}

void say_format(AudioDescription& said, const AudioDescription& party, const std::string& format) {
  said.formats.push_back(format);
  for (const auto& attribute : party.attributes) {
    if (attribute.second.starts_with(format + " ")) said.attributes.push_back(attribute);
  }
}

}  // namespace cadenas::pbx
