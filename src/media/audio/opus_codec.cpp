#include "media/audio/opus_codec.hpp"

#include <algorithm>
#include <new>

#include <opus/opus.h>

namespace cadenas::media {
namespace {

// Of what is concealed in a row: this long at full level, silent after, and how soon it is back.
constexpr std::size_t kFullMs = 40;
constexpr std::size_t kSilentMs = 100;
constexpr std::size_t kRiseMs = 5;
// One octet would do for libopus and says nothing.
constexpr std::size_t kLeastRoom = 16;

struct FreeEncoder {
  void operator()(OpusEncoder* state) const { opus_encoder_destroy(state); }
};
struct FreeDecoder {
  void operator()(OpusDecoder* state) const { opus_decoder_destroy(state); }
};

class Opus final : public Encoder {
 public:
  explicit Opus(const OpusSettings& settings)
      : rate_(settings.rate),
        state_(opus_encoder_create(static_cast<opus_int32>(hertz(rate_)), 1, OPUS_APPLICATION_VOIP, nullptr)) {
    if (!state_) throw std::bad_alloc();
    opus_encoder_ctl(state_.get(), OPUS_SET_BITRATE(settings.bits_per_second));
    opus_encoder_ctl(state_.get(), OPUS_SET_COMPLEXITY(settings.complexity));
    opus_encoder_ctl(state_.get(), OPUS_SET_SIGNAL(OPUS_SIGNAL_VOICE));
    opus_encoder_ctl(state_.get(), OPUS_SET_INBAND_FEC(1));
    opus_encoder_ctl(state_.get(), OPUS_SET_PACKET_LOSS_PERC(settings.expected_loss_percent));
  }
  SampleRate rate() const override { return rate_; }
  bool takes(std::size_t ms) const override { return ms == 10 || ms == 20 || ms == 40 || ms == 60; }
  std::size_t encode(Samples frame, std::span<std::uint8_t> out) override {
    if (frame.size() % samples_in(rate_, 10) != 0 || !takes(frame.size() / samples_in(rate_, 1))) return 0;
    if (out.size() < kLeastRoom) return 0;
    const auto room = static_cast<opus_int32>(std::min(out.size(), kMaxPayload));
    const opus_int32 octets = opus_encode(state_.get(), frame.data(), static_cast<int>(frame.size()), out.data(), room);
    return octets > 0 ? static_cast<std::size_t>(octets) : 0;
  }

 private:
  SampleRate rate_;
  std::unique_ptr<OpusEncoder, FreeEncoder> state_;
};

class OpusListener final : public Decoder {
 public:
  explicit OpusListener(SampleRate rate)
      : rate_(rate), state_(opus_decoder_create(static_cast<opus_int32>(hertz(rate)), 1, nullptr)) {
    if (!state_) throw std::bad_alloc();
  }
  SampleRate rate() const override { return rate_; }
  std::size_t samples_of(base::ByteView payload) const override {
    if (payload.empty() || payload.size() > kMaxPayload) return 0;
    const int samples = opus_packet_get_nb_samples(payload.data(), static_cast<opus_int32>(payload.size()),
                                                   static_cast<opus_int32>(hertz(rate_)));
    const bool fits = samples > 0 && static_cast<std::size_t>(samples) <= samples_in(rate_, kLongestPacketMs);
    return fits ? static_cast<std::size_t>(samples) : 0;
  }
  std::size_t decode(base::ByteView payload, SampleBuffer out) override {
    const std::size_t samples = samples_of(payload);
    if (samples == 0 || out.size() < samples) return 0;
    const int got = opus_decode(state_.get(), payload.data(), static_cast<opus_int32>(payload.size()), out.data(),
                                static_cast<int>(samples), 0);
    if (got <= 0) return 0;
    rise(out.first(static_cast<std::size_t>(got)));
    return static_cast<std::size_t>(got);
  }
  void conceal(SampleBuffer out, base::ByteView next) override {
    // libopus extrapolates in steps of 2.5 ms only.
    const std::size_t step = hertz(rate_) / 400;
    const SampleBuffer whole = out.first(out.size() - out.size() % step);
    std::ranges::fill(out.subspan(whole.size()), std::int16_t{0});
    if (whole.empty()) return;
    const int samples = static_cast<int>(whole.size());
    const bool can_recover = samples_of(next) > 0;
    if (can_recover && opus_decode(state_.get(), next.data(), static_cast<opus_int32>(next.size()), whole.data(),
                                   samples, 1) == samples) {
      rise(whole);
      return;
    }
    if (opus_decode(state_.get(), nullptr, 0, whole.data(), samples, 0) != samples) {
      std::ranges::fill(whole, std::int16_t{0});
    }
    fade(whole);
  }

 private:
  /// libopus goes on for half a second; who listens to a bridge wants silence sooner.
  void fade(SampleBuffer audio) {
    const auto full = static_cast<float>(samples_in(rate_, kFullMs));
    const auto silent = static_cast<float>(samples_in(rate_, kSilentMs));
    for (std::int16_t& sample : audio) {
      if (missing_ < silent) missing_ += 1;
      gain_ = missing_ <= full ? gain_ : std::min(gain_, (silent - missing_) / (silent - full));
      sample = static_cast<std::int16_t>(static_cast<float>(sample) * gain_);
    }
  }
  void rise(SampleBuffer audio) {
    missing_ = 0;
    const float step = 1 / static_cast<float>(samples_in(rate_, kRiseMs));
    for (std::size_t i = 0; i < audio.size() && gain_ < 1; ++i) {
      audio[i] = static_cast<std::int16_t>(static_cast<float>(audio[i]) * gain_);
      gain_ = std::min(1.0F, gain_ + step);
    }
  }

  SampleRate rate_;
  std::unique_ptr<OpusDecoder, FreeDecoder> state_;
  float missing_ = 0;  // samples concealed in a row
  float gain_ = 1;
};

}  // namespace

std::unique_ptr<Encoder> make_opus_encoder(const OpusSettings& settings) {
  return std::make_unique<Opus>(settings);
}
std::unique_ptr<Decoder> make_opus_decoder(SampleRate rate) {
  return std::make_unique<OpusListener>(rate);
}

}  // namespace cadenas::media
