#include "media/audio/g711_codec.hpp"

#include <algorithm>

#include "media/audio/concealer.hpp"

namespace cadenas::media {
namespace {

constexpr SampleRate kRate = SampleRate::narrow;

class G711Encoder final : public Encoder {
 public:
  explicit G711Encoder(G711Law law) : law_(law) {}
  SampleRate rate() const override { return kRate; }
  bool takes(std::size_t ms) const override {
    return ms % 10 == 0 && ms >= kShortestPacketMs && ms <= kLongestPacketMs;
  }
  std::size_t encode(Samples frame, std::span<std::uint8_t> out) override {
    if (frame.size() % samples_in(kRate, 10) != 0 || !takes(frame.size() / samples_in(kRate, 1))) return 0;
    if (out.size() < frame.size()) return 0;
    std::ranges::transform(frame, out.begin(), [this](std::int16_t sample) { return g711_encode(law_, sample); });
    return frame.size();
  }

 private:
  G711Law law_;
};

class G711Decoder final : public Decoder {
 public:
  explicit G711Decoder(G711Law law) : law_(law), concealer_(kRate) {}
  SampleRate rate() const override { return kRate; }
  std::size_t samples_of(base::ByteView payload) const override {
    return payload.size() <= samples_in(kRate, kLongestPacketMs) ? payload.size() : 0;
  }
  std::size_t decode(base::ByteView payload, SampleBuffer out) override {
    const std::size_t samples = samples_of(payload);
    if (out.size() < samples) return 0;
    std::ranges::transform(payload.first(samples), out.begin(),
                           [this](std::uint8_t octet) { return g711_decode(law_, octet); });
    concealer_.heard(out.first(samples));
    return samples;
  }
  void conceal(SampleBuffer out, base::ByteView) override { concealer_.fill(out); }

 private:
  G711Law law_;
  Concealer concealer_;
};

}  // namespace

std::unique_ptr<Encoder> make_g711_encoder(G711Law law) {
  return std::make_unique<G711Encoder>(law);
}
std::unique_ptr<Decoder> make_g711_decoder(G711Law law) {
  return std::make_unique<G711Decoder>(law);
}

}  // namespace cadenas::media
