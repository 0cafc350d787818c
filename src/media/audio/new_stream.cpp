#include "media/audio/new_stream.hpp"

#include <cstdint>

#include "base/bytes.hpp"

namespace cadenas::media {
namespace {

template <class Number>
Number random_number() {
  Number value{};
  base::fill_random({reinterpret_cast<std::uint8_t*>(&value), sizeof value});
  return value;
}

}  // namespace

AudioSender::Settings new_stream(const MemberAudio& audio) {
  AudioSender::Settings settings;
  settings.voice = audio.sends;
  settings.packet_ms = audio.packet_ms;
  settings.ssrc = random_number<std::uint32_t>();
  // In the lower half, so that the rollover counter of SRTP cannot be mistaken at the start (RFC 3711 §3.3.1).
  settings.first_sequence = random_number<std::uint16_t>() & 0x7fff;
  settings.first_timestamp = random_number<std::uint32_t>();
  return settings;
}

std::uint32_t random_seed() {
  return random_number<std::uint32_t>();
}

}  // namespace cadenas::media
