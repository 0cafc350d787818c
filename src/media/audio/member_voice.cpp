#include "media/audio/member_voice.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/bytes.hpp"
#include "media/audio/level.hpp"

namespace cadenas::media {
namespace {

// Below this is the noise of a room; with hundreds of members the sum of all noises is what everybody would hear, and
// each who is in the sum wants an encoder of its own. A second bridges the pauses between words.
constexpr int kFloorDbov = -60;
constexpr int kHearFrames = 50;

template <class Number>
Number random_number() {
  Number value{};
  base::fill_random({reinterpret_cast<std::uint8_t*>(&value), sizeof value});
  return value;
}

AudioSender::Settings sender_settings(const MemberAudio& audio) {
  AudioSender::Settings settings;
  settings.voice = audio.sends;
  settings.packet_ms = audio.packet_ms;
  settings.ssrc = random_number<std::uint32_t>();
  // In the lower half, so that the rollover counter of SRTP cannot be mistaken at the start (RFC 3711 §3.3.1).
  settings.first_sequence = random_number<std::uint16_t>() & 0x7fff;
  settings.first_timestamp = random_number<std::uint32_t>();
  return settings;
}

}  // namespace

MemberVoice::MemberVoice(MemberAudio audio)
    : agreed_(std::move(audio)),
      receiver_(agreed_.receives, rate(), random_number<std::uint32_t>()),
      sender_(sender_settings(agreed_), rate()) {
  const bool has_events = std::ranges::any_of(
      agreed_.receives, [](const PayloadFormat& format) { return format.codec == Codec::telephone_event; });
  if (!has_events) detector_.emplace();
  for (const SampleRate band : kBands) converted_.push_back({Resampler(rate(), band)});
}

std::optional<char> MemberVoice::put(const RtpPacket& packet, base::SteadyTime now) {
  const std::optional<EventReceiver::Notice> notice = receiver_.put(packet, now);
  return notice && notice->begins ? digit_of_event(notice->event.code) : std::nullopt;
}

HeardDigits MemberVoice::hear(base::SteadyTime now) {
  for (Converted& converted : converted_) converted.is_done = false;
  const AudioReceiver::Heard heard = receiver_.frame(now, SampleBuffer(frame_).first(frame().size()));
  const bool is_voice = heard == AudioReceiver::Heard::voice || heard == AudioReceiver::Heard::concealed;
  level_ = is_voice ? static_cast<int>(std::lround(level_dbov(frame()))) : -127;
  if (level_ >= kFloorDbov) {
    frames_to_hear_ = kHearFrames;
  } else if (frames_to_hear_ > 0) {
    --frames_to_hear_;
  }
  if (!detector_ || !speaks()) return {};
  return detector_->hear(in_band(SampleRate::narrow));
}

Samples MemberVoice::in_band(SampleRate wanted) {
  if (wanted == rate()) return frame();
  Converted& converted = converted_[band_of(wanted)];
  const SampleBuffer out = SampleBuffer(converted.frame).first(samples_in(wanted, kFrameMs));
  if (!std::exchange(converted.is_done, true)) converted.resampler.convert(frame(), out);
  return out;
}

void MemberVoice::add_to(BandSums& sums) {
  for (const SampleRate band : kBands) {
    if (sums.is_used(band)) sums.add(band, in_band(band));
  }
}

void MemberVoice::tell_nothing() {
  constexpr std::array<std::int16_t, kMaxFrameSamples> nothing{};
  sender_.put_voice(Samples(nothing).first(frame().size()));
}

void MemberVoice::tell(BandSums& sums, SharedEncoders& shared, bool is_in) {
  if (is_in) {
    std::array<std::int16_t, kMaxFrameSamples> others;
    const SampleBuffer out = SampleBuffer(others).first(frame().size());
    sums.write_without(rate(), frame(), out);
    sender_.put_voice(out);
  } else if (sender_.takes_payload()) {
    sender_.put_payload(shared.payload(agreed_.sends.codec, sums.all(rate())));
  } else {
    sender_.put_voice(sums.all(rate()));
  }
}

}  // namespace cadenas::media
