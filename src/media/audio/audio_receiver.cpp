#include "media/audio/audio_receiver.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <utility>

#include "media/audio/time_stretch.hpp"

namespace cadenas::media {
namespace {

std::uint32_t first_clock(std::span<const PayloadFormat> formats) {
  const auto voice = std::ranges::find_if(formats, [](const PayloadFormat& f) { return facts(f.codec).is_voice; });
  if (voice == formats.end()) throw std::logic_error("an audio stream has no voice format");
  return facts(voice->codec).clock;
}

}  // namespace

AudioReceiver::AudioReceiver(std::span<const PayloadFormat> formats, SampleRate rate, std::uint32_t seed)
    : rate_(rate), current_(nullptr), buffer_(first_clock(formats)), noise_(seed) {
  for (const PayloadFormat& format : formats) {
    if (!facts(format.codec).is_voice) {
      others_.push_back(format);
      continue;
    }
    std::unique_ptr<Decoder> decoder = make_decoder(format.codec, rate);
    const SampleRate from = decoder->rate();
    voices_.push_back({format, std::move(decoder), Resampler(from, rate)});
  }
  current_ = &voices_.front();
}

AudioReceiver::Voice* AudioReceiver::voice_of(std::uint8_t payload_type) {
  const auto found = std::ranges::find_if(
      voices_, [payload_type](const Voice& voice) { return voice.format.payload_type == payload_type; });
  return found == voices_.end() ? nullptr : &*found;
}

std::optional<Codec> AudioReceiver::accompanying(std::uint8_t payload_type) const {
  for (const PayloadFormat& format : others_) {
    if (format.payload_type == payload_type) return format.codec;
  }
  if (payload_type == facts(Codec::comfort_noise).static_type) return Codec::comfort_noise;
  return std::nullopt;
}

std::optional<EventReceiver::Notice> AudioReceiver::put(const RtpPacket& packet, base::SteadyTime now) {
  const RtpHeader& header = packet.header;
  if (const Voice* voice = voice_of(header.payload_type)) {
    accept(*voice, packet, now);
    return std::nullopt;
  }
  const std::optional<Codec> codec = accompanying(header.payload_type);
  if (!codec) {
    ++unknown_formats_;
    return std::nullopt;
  }
  const bool is_event = *codec == Codec::telephone_event;
  buffer_.put({header.ssrc, header.sequence, header.timestamp, header.payload_type,
               is_event ? Carried::other : Carried::comfort_noise, 0, packet.payload},
              now);
  return is_event ? events_.put(packet.payload, header.timestamp) : std::nullopt;
}

void AudioReceiver::accept(const Voice& voice, const RtpPacket& packet, base::SteadyTime now) {
  const RtpHeader& header = packet.header;
  const std::uint32_t clock = facts(voice.format.codec).clock;
  const std::size_t samples = voice.decoder->samples_of(packet.payload);
  if (samples == 0) {
    ++undecodable_;
    return;
  }
  if (clock != buffer_.clock()) buffer_.restart(clock);
  const auto units = static_cast<std::uint32_t>(samples * clock / hertz(voice.decoder->rate()));
  buffer_.put(
      {header.ssrc, header.sequence, header.timestamp, header.payload_type, Carried::voice, units, packet.payload},
      now);
}

base::SteadyTime AudioReceiver::end_of_waiting(base::SteadyTime now) const {
  return now + std::chrono::microseconds(waiting_count_ * 1'000'000 / hertz(rate_));
}

AudioReceiver::Heard AudioReceiver::frame(base::SteadyTime now, SampleBuffer out) {
  const std::size_t needed = samples_in(rate_, kFrameMs);
  has_voice_ = waiting_count_ > 0;
  has_concealed_ = has_noise_ = false;
  while (waiting_count_ < needed) {
    const Playout playout = buffer_.next(end_of_waiting(now));
    if (playout.kind == Playout::Kind::pause) {
      const SampleBuffer rest(waiting_.data() + waiting_count_, needed - waiting_count_);
      if (noise_described_) {
        noise_.fill(rest);
        has_noise_ = true;
      } else {
        std::ranges::fill(rest, std::int16_t{0});
      }
      waiting_count_ = needed;
    } else {
      take(playout);
    }
    if (waiting_count_ >= needed && pace_ != Playout::Pace::keep) stretch(std::exchange(pace_, Playout::Pace::keep));
  }
  std::copy_n(waiting_.begin(), needed, out.begin());
  waiting_count_ -= needed;
  std::copy_n(waiting_.begin() + static_cast<std::ptrdiff_t>(needed), waiting_count_, waiting_.begin());
  if (has_concealed_) return Heard::concealed;
  if (has_voice_) return Heard::voice;
  return has_noise_ ? Heard::noise : Heard::silence;
}

void AudioReceiver::take(const Playout& playout) {
  if (playout.kind == Playout::Kind::comfort_noise) {
    if (const std::optional<ComfortNoise> noise = parse_comfort_noise(playout.payload)) {
      noise_.set(*noise);
      noise_described_ = true;
    }
    return;
  }
  if (Voice* voice = voice_of(playout.payload_type); voice && playout.kind == Playout::Kind::voice) {
    current_ = voice;
    noise_described_ = false;
    pace_ = playout.pace;
    const std::size_t samples = current_->decoder->decode(playout.payload, decoded_);
    if (samples > 0) {
      has_voice_ = true;
      append(*current_, Samples(decoded_).first(samples));
      return;
    }
    ++undecodable_;
  }
  const std::size_t ms = std::clamp<std::size_t>(playout.units * 1000 / buffer_.clock(), 1, kLongestPacketMs);
  const SampleBuffer substitute = SampleBuffer(decoded_).first(samples_in(current_->decoder->rate(), ms));
  const bool is_lost = playout.kind == Playout::Kind::lost;
  current_->decoder->conceal(substitute, is_lost ? playout.payload : base::ByteView{});
  has_concealed_ = true;
  append(*current_, substitute);
}

void AudioReceiver::append(Voice& voice, Samples decoded) {
  waiting_count_ += voice.resampler.convert(decoded, SampleBuffer(waiting_).subspan(waiting_count_));
}

void AudioReceiver::stretch(Playout::Pace pace) {
  const SampleBuffer audio = SampleBuffer(waiting_).first(waiting_count_);
  if (pace == Playout::Pace::faster) waiting_count_ -= shorten(audio, rate_);
  if (pace == Playout::Pace::slower) waiting_count_ += lengthen(waiting_, waiting_count_, rate_);
}

}  // namespace cadenas::media
