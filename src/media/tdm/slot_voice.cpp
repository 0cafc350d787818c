#include "media/tdm/slot_voice.hpp"

#include <algorithm>
#include <utility>

#include "media/audio/new_stream.hpp"

namespace cadenas::media::tdm {
namespace {

constexpr SampleRate kRate = SampleRate::narrow;
constexpr std::size_t kEventMs = 100;

AudioSender::Settings sender_settings(const SlotAudio& audio) {
  AudioSender::Settings settings = new_stream(audio.voice);
  settings.event_type = audio.sends_events;
  return settings;
}

}  // namespace

SlotVoice::SlotVoice(SlotAudio audio)
    : agreed_(std::move(audio)),
      receiver_(agreed_.voice.receives, kRate, random_seed()),
      sender_(sender_settings(agreed_), kRate),
      heard_digits_(kRate),
      dialled_tones_(kRate) {}

void SlotVoice::put(const RtpPacket& packet, base::SteadyTime now) {
  const std::optional<EventReceiver::Notice> notice = receiver_.put(packet, now);
  if (!notice || !notice->begins) return;
  if (const std::optional<char> digit = digit_of_event(notice->event.code)) heard_digits_.add(*digit);
}

void SlotVoice::to_slot(base::SteadyTime now, SampleBuffer out) {
  receiver_.frame(now, out);
  heard_digits_.fill(out);
}

void SlotVoice::from_slot(Samples frame) {
  std::array<std::int16_t, kFrameOctets> said;
  std::ranges::copy(frame, said.begin());
  if (agreed_.sends_events) {
    take_digits_out(said);
    send_digit();
  }
  dialled_tones_.fill(said);
  sender_.put_voice(said);
}

void SlotVoice::take_digits_out(std::array<std::int16_t, kFrameOctets>& said) {
  const HeardDigits heard = detector_.hear(said);
  for (const char digit : heard.text()) dial(digit);
  const bool is_tone = heard.count > 0 || detector_.is_sounding();
  std::swap(said, held_);
  // The peer hears of it by the event, and must not hear it twice: not even its beginning, which would do for a
  // detector once the gap that the event leaves is concealed. A tone is known 25 ms after it began.
  if (is_tone || held_is_tone_) said.fill(0);
  held_is_tone_ = is_tone;
}

void SlotVoice::dial(char digit) {
  const std::optional<std::uint8_t> code = event_of_digit(digit);
  if (!code) return;
  if (!agreed_.sends_events) return dialled_tones_.add(digit);
  if (dialled_count_ < dialled_.size()) dialled_[(dialled_first_ + dialled_count_++) % dialled_.size()] = *code;
}

void SlotVoice::send_digit() {
  if (dialled_count_ == 0 || !sender_.begin_event(dialled_[dialled_first_], kEventMs)) return;
  dialled_first_ = (dialled_first_ + 1) % dialled_.size();
  --dialled_count_;
}

}  // namespace cadenas::media::tdm
