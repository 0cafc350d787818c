#include "media/audio/codec.hpp"

#include <stdexcept>

#include "media/audio/g711_codec.hpp"
#include "media/audio/g722_codec.hpp"
#include "media/audio/opus_codec.hpp"

namespace cadenas::media {

std::unique_ptr<Encoder> make_encoder(Codec codec, const OpusSettings& opus) {
  switch (codec) {
    case Codec::opus:
      return make_opus_encoder(opus);
    case Codec::g722:
      return make_g722_encoder();
    case Codec::pcma:
      return make_g711_encoder(G711Law::a);
    case Codec::pcmu:
      return make_g711_encoder(G711Law::mu);
    case Codec::comfort_noise:
    case Codec::telephone_event:
      break;
  }
  throw std::logic_error("an encoder was asked for of what is not voice");
}

std::unique_ptr<Decoder> make_decoder(Codec codec, SampleRate opus_rate) {
  switch (codec) {
    case Codec::opus:
      return make_opus_decoder(opus_rate);
    case Codec::g722:
      return make_g722_decoder();
    case Codec::pcma:
      return make_g711_decoder(G711Law::a);
    case Codec::pcmu:
      return make_g711_decoder(G711Law::mu);
    case Codec::comfort_noise:
    case Codec::telephone_event:
      break;
  }
  throw std::logic_error("a decoder was asked for of what is not voice");
}

}  // namespace cadenas::media
