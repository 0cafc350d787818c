// What a peer can put into its audio. The first octet chooses: one payload for each decoder and each parser, or a whole
// stream, in which every piece of the input is a packet with its own place, time and payload.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "media/audio/audio_receiver.hpp"
#include "media/audio/codec.hpp"
#include "media/audio/comfort_noise.hpp"
#include "media/audio/telephone_event.hpp"
#include "require.hpp"

using namespace cadenas;

namespace {

void decode(base::ByteView payload) {
  std::array<std::int16_t, media::kMaxPacketSamples> out{};
  for (const media::Format& format : media::all_formats()) {
    if (!format.is_voice) continue;
    const auto decoder = media::make_decoder(format.codec);
    const std::size_t samples = decoder->samples_of(payload);
    require(samples <= media::samples_in(decoder->rate(), media::kLongestPacketMs));
    const std::size_t decoded = decoder->decode(payload, out);
    require(decoded == 0 || decoded == samples);
    decoder->conceal(media::SampleBuffer(out).first(media::samples_in(decoder->rate(), 20)), payload);
    decoder->conceal(media::SampleBuffer(out).first(payload.size() % 100), {});
  }
}

void parse(base::ByteView payload) {
  if (const auto noise = media::parse_comfort_noise(payload)) {
    std::array<std::uint8_t, 1 + media::ComfortNoise::kMaxOrder> again{};
    const std::size_t octets = media::write_comfort_noise(*noise, again);
    require(media::parse_comfort_noise(base::ByteView(again).first(octets)) == noise);
    media::NoiseGenerator generator(1);
    generator.set(*noise);
    std::array<std::int16_t, 320> out{};
    generator.fill(out);
  }
  media::EventReceiver events;
  for (std::size_t i = 0; i + 8 <= payload.size(); i += 8) {
    const auto notice = events.put(payload.subspan(i, 4), media::read_u32(payload, i + 4));
    require(!notice || notice->begins || notice->ends);
  }
}

void stream(base::ByteView input) {
  constexpr std::array kFormats{
      media::PayloadFormat{media::Codec::pcma, 8}, media::PayloadFormat{media::Codec::g722, 9},
      media::PayloadFormat{media::Codec::opus, 111}, media::PayloadFormat{media::Codec::telephone_event, 101}};
  constexpr std::array<std::uint8_t, 6> kTypes{8, 9, 111, 101, 13, 77};
  constexpr std::size_t kHead = 8;
  const auto receiver = std::make_unique<media::AudioReceiver>(kFormats, media::SampleRate::wide, 1);
  std::array<std::int16_t, media::samples_in(media::SampleRate::wide, 20)> frame{};
  base::SteadyTime now{std::chrono::seconds{100}};
  std::uint16_t sequence = 0xfffe;
  std::uint32_t timestamp = 0xffffff00;
  while (input.size() >= kHead) {
    // Mostly the next packet of a good stream; the head says by how much it is not.
    media::RtpPacket packet;
    packet.header.ssrc = input[0] >> 6;
    packet.header.payload_type = kTypes[input[0] % kTypes.size()];
    sequence = static_cast<std::uint16_t>(sequence + 1 + static_cast<std::int8_t>(input[1]));
    timestamp += 160 + media::read_u32(input, 2) / 65'536 * media::read_u16(input, 4);
    packet.header.sequence = sequence;
    packet.header.timestamp = timestamp;
    const std::size_t octets = std::min<std::size_t>(input[6], input.size() - kHead);
    packet.payload = input.subspan(kHead, octets);
    receiver->put(packet, now);
    for (int frames = input[7] % 8; frames > 0; --frames, now += std::chrono::milliseconds{20}) {
      (void)receiver->frame(now, frame);
    }
    input = input.subspan(kHead + octets);
  }
  const media::JitterStats stats = receiver->stats();
  require(stats.received >= stats.duplicated + stats.late + stats.discarded + stats.refused);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1 || size > 8'192) return 0;
  const base::ByteView input(data + 1, size - 1);
  switch (data[0] % 3) {
    case 0:
      decode(input);
      break;
    case 1:
      parse(input);
      break;
    default:
      stream(input);
  }
  return 0;
}
