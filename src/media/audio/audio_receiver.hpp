#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/clock.hpp"
#include "media/audio/codec.hpp"
#include "media/audio/comfort_noise.hpp"
#include "media/audio/format.hpp"
#include "media/audio/jitter_buffer.hpp"
#include "media/audio/resampler.hpp"
#include "media/audio/telephone_event.hpp"
#include "media/rtp.hpp"

namespace cadenas::media {

/// The receiving end of one party's audio: plain RTP in, a frame of linear audio out every 20 ms, whatever the network
/// did. It belongs to one media thread; it allocates only when made; it never throws afterwards.
class AudioReceiver {
 public:
  /// `formats`: what the peer may send, with our payload type numbers; at least one of them voice, else it throws
  /// std::logic_error. CN is understood as type 13 even if it was not agreed on (RFC 3551 §6 gives it that number).
  /// `rate`: of the frames it gives. `seed`: of its comfort noise.
  AudioReceiver(std::span<const PayloadFormat> formats, SampleRate rate, std::uint32_t seed);

  /// Takes a packet that is authentic or allowed to be clear. What is new in a telephone event is returned at once:
  /// it does not wait for the audio.
  std::optional<EventReceiver::Notice> put(const RtpPacket& packet, base::SteadyTime now);

  /// What a frame holds.
  enum class Heard : std::uint8_t {
    voice,
    concealed,  ///< some of it stands for what was lost
    noise,      ///< comfort noise for some of it, and no voice
    silence,    ///< nothing but zeros
  };
  /// Writes the frame that sounds from `now` on to `out`, which has 20 ms at `rate()`. Call every 20 ms.
  Heard frame(base::SteadyTime now, SampleBuffer out);

  SampleRate rate() const { return rate_; }
  JitterStats stats() const { return buffer_.stats(); }
  std::uint64_t unknown_formats() const { return unknown_formats_; }  ///< packets of no payload type agreed on
  std::uint64_t undecodable() const { return undecodable_; }          ///< payloads that the codec did not understand

 private:
  struct Voice {
    PayloadFormat format;
    std::unique_ptr<Decoder> decoder;
    Resampler resampler;
  };

  Voice* voice_of(std::uint8_t payload_type);
  std::optional<Codec> accompanying(std::uint8_t payload_type) const;
  void accept(const Voice& voice, const RtpPacket& packet, base::SteadyTime now);
  base::SteadyTime end_of_waiting(base::SteadyTime now) const;
  void take(const Playout& playout);
  void append(Voice& voice, Samples decoded);
  void stretch(Playout::Pace pace);

  SampleRate rate_;
  std::vector<Voice> voices_;
  std::vector<PayloadFormat> others_;
  Voice* current_;
  JitterBuffer buffer_;
  EventReceiver events_;
  NoiseGenerator noise_;
  std::uint64_t unknown_formats_ = 0;
  std::uint64_t undecodable_ = 0;

  // Audio at rate_ that was decoded and has not sounded yet: what is left of a long packet.
  std::array<std::int16_t, kMaxFrameSamples + kMaxPacketSamples> waiting_{};
  std::size_t waiting_count_ = 0;
  std::array<std::int16_t, kMaxPacketSamples> decoded_{};
  bool has_voice_ = false;  // in the frame that is being made
  bool has_concealed_ = false;
  bool has_noise_ = false;
  bool noise_described_ = false;  // since the last voice
  Playout::Pace pace_ = Playout::Pace::keep;
};

}  // namespace cadenas::media
