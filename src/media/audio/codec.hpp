#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "base/bytes.hpp"
#include "media/audio/format.hpp"
#include "media/audio/frame.hpp"

namespace cadenas::media {

/// Makes payloads of one voice stream. One thread at a time; allocates only when made; never throws afterwards.
class Encoder {
 public:
  virtual ~Encoder() = default;
  /// Of the frames it takes.
  virtual SampleRate rate() const = 0;
  /// True if a packet can hold that many ms.
  virtual bool takes(std::size_t ms) const = 0;
  /// Writes the payload for `frame` to the beginning of `out` and returns its octets. 0 if the frame is not of a length
  /// that it takes, or if `out` is too small.
  virtual std::size_t encode(Samples frame, std::span<std::uint8_t> out) = 0;
};

/// Hears one voice stream: each payload once and in order, or `conceal` in its place. One thread at a time; allocates
/// only when made; never throws afterwards, whatever a payload holds.
class Decoder {
 public:
  virtual ~Decoder() = default;
  /// Of the frames it gives.
  virtual SampleRate rate() const = 0;
  /// How long `payload` sounds, in samples at `rate()`; 0 if it is none of this codec or longer than 60 ms.
  virtual std::size_t samples_of(base::ByteView payload) const = 0;
  /// Writes the audio to the beginning of `out`, which should have room for `samples_of(payload)`. Returns the samples
  /// written; 0 if the payload is damaged or there is no room: then `conceal`.
  virtual std::size_t decode(base::ByteView payload, SampleBuffer out) = 0;
  /// Fills `out` (at most 60 ms) with what the lost packet may have sounded like, fading to silence when more are lost.
  /// `next` is the payload right after it if that is here already (Opus hides a poorer copy in it), else empty.
  virtual void conceal(SampleBuffer out, base::ByteView next) = 0;
};

/// How Opus is to encode; nothing of it matters to other codecs.
struct OpusSettings {
  /// Of the frames on our side: a bridge at 16 kHz spares a resampler with `wide`. What is on the wire does not change.
  SampleRate rate = SampleRate::full;
  int bits_per_second = 32'000;
  /// 0…10. With 1 and 2 paths of voice_path_test dip by more than 3 dB for 20 ms; by `bench/run rooms` 10 is nearer to
  /// what was said by less than a tenth of a dB, and costs twice as much.
  int complexity = 3;
  /// What the encoder protects itself against with in-band FEC (RFC 6716 §2.1.7), 0…100. libopus 1.3 leaves the second
  /// copy out at this bit rate when it expects less than some 10 %; where it is, a lost packet sounds nearly as sent.
  int expected_loss_percent = 15;
};

/// Throws std::logic_error for a codec that is not voice, std::bad_alloc without memory.
std::unique_ptr<Encoder> make_encoder(Codec codec, const OpusSettings& opus = {});
std::unique_ptr<Decoder> make_decoder(Codec codec, SampleRate opus_rate = SampleRate::full);

}  // namespace cadenas::media
