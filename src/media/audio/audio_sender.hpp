#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "base/bytes.hpp"
#include "media/audio/codec.hpp"
#include "media/audio/comfort_noise.hpp"
#include "media/audio/format.hpp"
#include "media/audio/resampler.hpp"
#include "media/audio/telephone_event.hpp"

namespace cadenas::media {

/// The sending end of one party's audio: a frame of linear audio in every 20 ms, plain RTP packets out. It belongs to
/// one media thread; it allocates only when made; it never throws afterwards.
class AudioSender {
 public:
  struct Settings {
    PayloadFormat voice;
    std::optional<std::uint8_t> noise_type;  ///< payload type of CN if the peer takes it
    std::optional<std::uint8_t> event_type;  ///< payload type of telephone events if the peer takes them
    std::size_t packet_ms = kFrameMs;        ///< a=ptime; the next shorter that the codec takes
    std::uint32_t ssrc = 0;
    std::uint16_t first_sequence = 0;  ///< random, as the next (RFC 3550 §5.1)
    std::uint32_t first_timestamp = 0;
    OpusSettings opus;  ///< its rate is overruled by that of the frames
  };
  /// `rate`: of the frames it takes. Throws std::logic_error if `settings.voice` is not voice.
  AudioSender(const Settings& settings, SampleRate rate);

  /// Takes 20 ms of audio at `rate()`; what a whole packet is made of is then to be had from `next`.
  void put_voice(Samples frame);
  /// In place of a frame: nothing is sent for it but, with the first and every second of a pause, its description, if
  /// the peer takes that (else use `put_voice`).
  void put_pause(Samples noise);
  /// In place of a frame that is not to be sent, as on hold: time goes on, so that what follows is not late.
  void put_nothing();
  /// True if `put_payload` can stand for a frame now: packets are of 20 ms and no event is going on.
  bool takes_payload() const { return !event_ && packet_samples_ == samples_in(encoder_->rate(), kFrameMs); }
  /// In place of `put_voice`, where that is taken: the payload that another encoder of the same codec made of 20 ms
  /// (empty: nothing to send for them). It must stay until `next` has given it out.
  void put_payload(base::ByteView payload);
  /// Digits go as telephone events from the next frame on; voice is not sent meanwhile (RFC 4733 §2.5.1.2). False if
  /// the peer does not take them, or one is going on: try again with a later frame.
  bool begin_event(std::uint8_t code, std::size_t ms);

  /// Writes the next packet that is due to the beginning of `out`; its octets, or 0 if none is due. Call until 0 after
  /// each frame, with room for what follows the packet (an SRTP tag) left by the caller.
  std::size_t next(std::span<std::uint8_t> out);

  SampleRate rate() const { return resampler_.from(); }
  bool can_pause() const { return settings_.noise_type.has_value(); }

 private:
  std::size_t write(std::span<std::uint8_t> out, std::uint8_t payload_type, bool marker, std::uint32_t timestamp,
                    std::size_t payload_octets);
  std::size_t next_payload(std::span<std::uint8_t> out);
  std::size_t next_event(std::span<std::uint8_t> out);
  void skip_frame();

  Settings settings_;
  std::unique_ptr<Encoder> encoder_;
  Resampler resampler_;
  std::uint32_t clock_;
  std::uint16_t sequence_;
  std::uint32_t timestamp_;  // of the first sample that waits
  bool talks_ = false;       // the packet before was voice: no marker
  std::size_t pause_frames_ = 0;
  bool noise_due_ = false;
  ComfortNoise noise_;
  std::optional<EventSender> event_;
  bool event_due_ = false;
  std::array<std::int16_t, kMaxFrameSamples + kMaxPacketSamples> waiting_{};
  std::size_t waiting_count_ = 0;
  std::size_t packet_samples_;
  base::ByteView payload_;
};

}  // namespace cadenas::media
