#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "media/audio/frame.hpp"

namespace cadenas::media {

/// What an RTP payload can be here.
enum class Codec : std::uint8_t { opus, g722, pcma, pcmu, comfort_noise, telephone_event };

/// How a codec is described in SDP and carried in RTP (RFC 3551 §6, RFC 7587, RFC 3389, RFC 4733). Constants.
struct Format {
  Codec codec;
  std::string_view rtpmap_name;             ///< as the RFC spells it; compared without case (RFC 8866 §6.6)
  std::uint32_t clock;                      ///< of RTP timestamps and a=rtpmap, Hz; for G.722 not its sample rate
  std::uint8_t channels;                    ///< as a=rtpmap says; Opus says 2 and is mono here
  std::optional<std::uint8_t> static_type;  ///< payload type of RFC 3551, nothing if it is always dynamic
  std::string_view fmtp;                    ///< what we write in a=fmtp, empty for no such line
  SampleRate rate;                          ///< of the linear audio it can carry at most
  bool is_voice;                            ///< false for what only accompanies a voice format
};

const Format& facts(Codec codec);
/// Every format we have, the best to hear first.
std::span<const Format> all_formats();
/// The codec of an a=rtpmap line; `channels` is 1 where the line says none. Nothing for one we do not have.
std::optional<Codec> codec_from_rtpmap(std::string_view name, std::uint32_t clock, unsigned channels);
/// The codec of a payload type that came without a=rtpmap. Nothing for a dynamic or an unknown one.
std::optional<Codec> codec_from_static_type(unsigned payload_type);

/// A codec under the payload type number that one direction of one leg agreed on.
struct PayloadFormat {
  Codec codec = Codec::pcma;
  std::uint8_t payload_type = 8;

  friend bool operator==(const PayloadFormat&, const PayloadFormat&) = default;
};

/// Time of one packet in units of the codec's RTP clock.
constexpr std::uint32_t rtp_units(std::uint32_t clock, std::size_t ms) {
  return static_cast<std::uint32_t>(clock / 1000 * ms);
}

/// The voice codec for each of two legs that are to hear each other.
struct CodecChoice {
  Codec a;
  Codec b;

  bool transcodes() const { return a != b; }
  friend bool operator==(const CodecChoice&, const CodecChoice&) = default;
};

/// Chooses from what each leg can do, each list in order of preference (an offer, or our capabilities towards that
/// leg). The first of `a` that `b` has too spares transcoding; else the pair through which most is heard (the widest
/// common band), and among equals the ones preferred by `a`, then by `b`. Nothing if a list has no voice. Pure.
std::optional<CodecChoice> choose_codecs(std::span<const Codec> a, std::span<const Codec> b);

}  // namespace cadenas::media
