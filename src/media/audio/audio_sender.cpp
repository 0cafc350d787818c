#include "media/audio/audio_sender.hpp"

#include <algorithm>
#include <utility>

namespace cadenas::media {
namespace {

constexpr std::size_t kHeader = 12;
constexpr std::size_t kFramesANoise = 50;  // describe a long pause again each second

OpusSettings with_rate(OpusSettings settings, SampleRate rate) {
  settings.rate = rate;
  return settings;
}

std::size_t packet_ms(const Encoder& encoder, std::size_t wanted) {
  std::size_t ms = std::clamp(wanted / 10 * 10, kShortestPacketMs, kLongestPacketMs);
  while (!encoder.takes(ms)) ms -= 10;
  return ms;
}

void write_u32(std::span<std::uint8_t> out, std::size_t at, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i) out[at + i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
}

}  // namespace

AudioSender::AudioSender(const Settings& settings, SampleRate rate)
    : settings_(settings),
      encoder_(make_encoder(settings.voice.codec, with_rate(settings.opus, rate))),
      resampler_(rate, encoder_->rate()),
      clock_(facts(settings.voice.codec).clock),
      sequence_(settings.first_sequence),
      timestamp_(settings.first_timestamp),
      packet_samples_(samples_in(encoder_->rate(), packet_ms(*encoder_, settings.packet_ms))) {}

void AudioSender::put_voice(Samples frame) {
  if (event_) {
    event_due_ = true;
    skip_frame();
    return;
  }
  // Nobody took what was there: the oldest goes.
  if (waiting_count_ + samples_in(encoder_->rate(), kFrameMs) > waiting_.size()) waiting_count_ = 0;
  pause_frames_ = 0;
  waiting_count_ += resampler_.convert(frame, SampleBuffer(waiting_).subspan(waiting_count_));
}

void AudioSender::put_pause(Samples noise) {
  if (!can_pause() || event_) {
    put_voice(noise);
    return;
  }
  if (pause_frames_++ % kFramesANoise == 0) {
    noise_ = describe_noise(noise);
    noise_due_ = true;
  }
  skip_frame();
}

void AudioSender::put_nothing() {
  pause_frames_ = 0;
  skip_frame();
}

void AudioSender::put_payload(base::ByteView payload) {
  pause_frames_ = 0;
  payload_ = payload;
  if (payload.empty()) skip_frame();
}

void AudioSender::skip_frame() {
  // What is left of a packet is not sent any more: it is less than one packet and ends in a pause.
  const auto left = static_cast<std::uint32_t>(waiting_count_ * clock_ / hertz(encoder_->rate()));
  waiting_count_ = 0;
  timestamp_ += left + rtp_units(clock_, kFrameMs);
  talks_ = false;
}

bool AudioSender::begin_event(std::uint8_t code, std::size_t ms) {
  if (!settings_.event_type || event_) return false;
  const std::uint32_t units = rtp_units(clock_, kFrameMs);
  const auto left = static_cast<std::uint32_t>(waiting_count_ * clock_ / hertz(encoder_->rate()));
  event_.emplace(code, timestamp_ + left, units, rtp_units(clock_, ms));
  return true;
}

std::size_t AudioSender::next(std::span<std::uint8_t> out) {
  if (out.size() < kHeader) return 0;
  const std::span<std::uint8_t> payload = out.subspan(kHeader);
  if (event_due_) return next_event(out);
  if (noise_due_) {
    noise_due_ = false;
    const std::uint32_t began = timestamp_ - rtp_units(clock_, kFrameMs);
    return write(out, *settings_.noise_type, false, began, write_comfort_noise(noise_, payload));
  }
  if (!payload_.empty()) return next_payload(out);
  if (waiting_count_ < packet_samples_) return 0;
  const std::size_t octets = encoder_->encode(Samples(waiting_).first(packet_samples_), payload);
  const std::uint32_t began = timestamp_;
  timestamp_ += static_cast<std::uint32_t>(packet_samples_ * clock_ / hertz(encoder_->rate()));
  waiting_count_ -= packet_samples_;
  std::copy_n(waiting_.begin() + static_cast<std::ptrdiff_t>(packet_samples_), waiting_count_, waiting_.begin());
  return write(out, settings_.voice.payload_type, !std::exchange(talks_, true), began, octets);
}

std::size_t AudioSender::next_payload(std::span<std::uint8_t> out) {
  const base::ByteView payload = std::exchange(payload_, {});
  const std::uint32_t began = timestamp_;
  timestamp_ += rtp_units(clock_, kFrameMs);
  if (out.size() < kHeader + payload.size()) return 0;
  std::ranges::copy(payload, out.begin() + kHeader);
  return write(out, settings_.voice.payload_type, !std::exchange(talks_, true), began, payload.size());
}

std::size_t AudioSender::next_event(std::span<std::uint8_t> out) {
  event_due_ = false;
  const std::optional<EventSender::Packet> packet = event_->next();
  if (!packet) {
    event_.reset();
    return 0;
  }
  if (out.size() < kHeader + packet->payload.size()) return 0;
  std::ranges::copy(packet->payload, out.begin() + kHeader);
  return write(out, *settings_.event_type, packet->marker, packet->timestamp, packet->payload.size());
}

std::size_t AudioSender::write(std::span<std::uint8_t> out, std::uint8_t payload_type, bool marker,
                               std::uint32_t timestamp, std::size_t payload_octets) {
  if (payload_octets == 0) return 0;
  out[0] = 0x80;
  out[1] = static_cast<std::uint8_t>((marker ? 0x80 : 0) | payload_type);
  out[2] = static_cast<std::uint8_t>(sequence_ >> 8);
  out[3] = static_cast<std::uint8_t>(sequence_);
  write_u32(out, 4, timestamp);
  write_u32(out, 8, settings_.ssrc);
  ++sequence_;
  return kHeader + payload_octets;
}

}  // namespace cadenas::media
