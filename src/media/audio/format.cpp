#include "media/audio/format.hpp"

#include <algorithm>
#include <array>

namespace cadenas::media {
namespace {

// RFC 3551 §4.5.2 keeps the clock of G.722 at 8000 for the sake of an old error. RFC 7587 §7: Opus always says 48000/2.
constexpr std::array kFormats{
    Format{Codec::opus, "opus", 48'000, 2, std::nullopt, "minptime=10;useinbandfec=1", SampleRate::full, true},
    Format{Codec::g722, "G722", 8'000, 1, 9, "", SampleRate::wide, true},
    Format{Codec::pcma, "PCMA", 8'000, 1, 8, "", SampleRate::narrow, true},
    Format{Codec::pcmu, "PCMU", 8'000, 1, 0, "", SampleRate::narrow, true},
    Format{Codec::comfort_noise, "CN", 8'000, 1, 13, "", SampleRate::narrow, false},
    Format{Codec::telephone_event, "telephone-event", 8'000, 1, std::nullopt, "0-16", SampleRate::narrow, false},
};

constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

}  // namespace

const Format& facts(Codec codec) {
  return kFormats[static_cast<std::size_t>(codec)];
}

std::span<const Format> all_formats() {
  return kFormats;
}

std::optional<Codec> codec_from_rtpmap(std::string_view name, std::uint32_t clock, unsigned channels) {
  for (const Format& format : kFormats) {
    // Events and noise run on the clock of the voice beside them (RFC 4733 §2.1).
    const bool clock_fits = clock == format.clock || (!format.is_voice && clock == facts(Codec::opus).clock);
    if (same_name(name, format.rtpmap_name) && clock_fits && channels == format.channels) return format.codec;
  }
  return std::nullopt;
}

std::optional<Codec> codec_from_static_type(unsigned payload_type) {
  for (const Format& format : kFormats) {
    if (format.static_type && *format.static_type == payload_type) return format.codec;
  }
  return std::nullopt;
}

std::optional<CodecChoice> choose_codecs(std::span<const Codec> a, std::span<const Codec> b) {
  for (const Codec codec : a) {
    if (facts(codec).is_voice && std::ranges::find(b, codec) != b.end()) return CodecChoice{codec, codec};
  }
  std::optional<CodecChoice> best;
  const auto width = [](CodecChoice pair) { return std::min(facts(pair.a).rate, facts(pair.b).rate); };
  for (const Codec of_a : a) {
    for (const Codec of_b : b) {
      const CodecChoice pair{of_a, of_b};
      if (!facts(of_a).is_voice || !facts(of_b).is_voice) continue;
      if (!best || width(pair) > width(*best)) best = pair;
    }
  }
  return best;
}

}  // namespace cadenas::media
