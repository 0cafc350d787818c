#include "media/audio/g722_codec.hpp"

#include <new>

// spandsp's headers do not include what they need, and so want this order.
// clang-format off
#include <inttypes.h>
#include <spandsp/telephony.h>
#include <spandsp/g722.h>
// clang-format on

#include "media/audio/concealer.hpp"

namespace cadenas::media {
namespace {

constexpr SampleRate kRate = SampleRate::wide;
constexpr std::size_t kSamplesAnOctet = 2;
constexpr int kBitsPerSecond = 64'000;

struct FreeEncoder {
  void operator()(g722_encode_state_t* state) const { g722_encode_free(state); }
};
struct FreeDecoder {
  void operator()(g722_decode_state_t* state) const { g722_decode_free(state); }
};

class G722Encoder final : public Encoder {
 public:
  G722Encoder() : state_(g722_encode_init(nullptr, kBitsPerSecond, 0)) {
    if (!state_) throw std::bad_alloc();
  }
  SampleRate rate() const override { return kRate; }
  bool takes(std::size_t ms) const override {
    return ms % 10 == 0 && ms >= kShortestPacketMs && ms <= kLongestPacketMs;
  }
  std::size_t encode(Samples frame, std::span<std::uint8_t> out) override {
    if (frame.size() % samples_in(kRate, 10) != 0 || !takes(frame.size() / samples_in(kRate, 1))) return 0;
    if (out.size() < frame.size() / kSamplesAnOctet) return 0;
    const int octets = g722_encode(state_.get(), out.data(), frame.data(), static_cast<int>(frame.size()));
    return static_cast<std::size_t>(octets);
  }

 private:
  std::unique_ptr<g722_encode_state_t, FreeEncoder> state_;
};

class G722Decoder final : public Decoder {
 public:
  G722Decoder() : state_(g722_decode_init(nullptr, kBitsPerSecond, 0)), concealer_(kRate) {
    if (!state_) throw std::bad_alloc();
  }
  SampleRate rate() const override { return kRate; }
  std::size_t samples_of(base::ByteView payload) const override {
    const std::size_t samples = payload.size() * kSamplesAnOctet;
    return samples <= samples_in(kRate, kLongestPacketMs) ? samples : 0;
  }
  std::size_t decode(base::ByteView payload, SampleBuffer out) override {
    const std::size_t samples = samples_of(payload);
    if (samples == 0 || out.size() < samples) return 0;
    g722_decode(state_.get(), out.data(), payload.data(), static_cast<int>(payload.size()));
    concealer_.heard(out.first(samples));
    return samples;
  }
  void conceal(SampleBuffer out, base::ByteView) override { concealer_.fill(out); }

 private:
  std::unique_ptr<g722_decode_state_t, FreeDecoder> state_;
  Concealer concealer_;
};

}  // namespace

std::unique_ptr<Encoder> make_g722_encoder() {
  return std::make_unique<G722Encoder>();
}
std::unique_ptr<Decoder> make_g722_decoder() {
  return std::make_unique<G722Decoder>();
}

}  // namespace cadenas::media
