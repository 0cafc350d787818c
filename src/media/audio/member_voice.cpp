#include "media/audio/member_voice.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "media/audio/new_stream.hpp"

namespace cadenas::media {

MemberVoice::MemberVoice(MemberAudio audio)
    : agreed_(std::move(audio)),
      receiver_(agreed_.receives, rate(), random_seed()),
      sender_(new_stream(agreed_), rate()),
      speech_(rate()) {
  const bool has_events = std::ranges::any_of(
      agreed_.receives, [](const PayloadFormat& format) { return format.codec == Codec::telephone_event; });
  if (!has_events) detector_.emplace();
}

std::optional<char> MemberVoice::put(const RtpPacket& packet, base::SteadyTime now) {
  const std::optional<EventReceiver::Notice> notice = receiver_.put(packet, now);
  return notice && notice->begins ? digit_of_event(notice->event.code) : std::nullopt;
}

HeardDigits MemberVoice::hear(base::SteadyTime now) {
  const AudioReceiver::Heard heard = receiver_.frame(now, speech_.buffer());
  speech_.take(heard == AudioReceiver::Heard::voice || heard == AudioReceiver::Heard::concealed);
  if (!detector_ || !speaks()) return {};
  return detector_->hear(speech_.in_band(SampleRate::narrow));
}

void MemberVoice::tell_nothing() {
  constexpr std::array<std::int16_t, kMaxFrameSamples> nothing{};
  sender_.put_voice(Samples(nothing).first(speech_.frame().size()));
}

void MemberVoice::tell(BandSums& sums, SharedEncoders& shared, bool is_in) {
  if (is_in) {
    std::array<std::int16_t, kMaxFrameSamples> others;
    const SampleBuffer out = SampleBuffer(others).first(speech_.frame().size());
    sums.write_without(rate(), speech_.frame(), out);
    sender_.put_voice(out);
  } else if (sender_.takes_payload()) {
    sender_.put_payload(shared.payload(agreed_.sends.codec, sums.all(rate())));
  } else {
    sender_.put_voice(sums.all(rate()));
  }
}

}  // namespace cadenas::media
