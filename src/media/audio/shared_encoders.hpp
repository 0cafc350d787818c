#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/bytes.hpp"
#include "media/audio/codec.hpp"

namespace cadenas::media {

/// One encoder a codec for all who hear the same. One thread at a time.
class SharedEncoders {
 public:
  /// Makes the encoder of a voice codec if it is not there. Allocates.
  void prepare(Codec codec) {
    Shared& shared = of(codec);
    if (!shared.encoder) shared.encoder = make_encoder(codec);
  }
  void begin_frame() {
    for (Shared& shared : shared_) shared.is_done = false;
  }
  /// The payload of this frame, encoded at the first call of the frame: `frame` is 20 ms at the codec's rate, and the
  /// same for all. Empty if the encoder could not. Good until the next frame. The codec was prepared.
  base::ByteView payload(Codec codec, Samples frame) {
    Shared& shared = of(codec);
    if (!shared.is_done) {
      shared.is_done = true;
      shared.octets = shared.encoder->encode(frame, shared.payload);
    }
    return base::ByteView(shared.payload).first(shared.octets);
  }

 private:
  struct Shared {
    std::unique_ptr<Encoder> encoder;
    bool is_done = false;
    std::size_t octets = 0;
    std::array<std::uint8_t, kMaxPayload> payload;
  };
  Shared& of(Codec codec) { return shared_[static_cast<std::size_t>(codec)]; }

  std::array<Shared, 4> shared_{};  // the voice codecs, which come first
};

}  // namespace cadenas::media
