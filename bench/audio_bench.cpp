// What one party's audio costs a media thread for each 20 ms: encoding and decoding with each codec, resampling, the
// jitter buffer, and its part of a mix. A core has 20,000 µs for all of them.
#include <array>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "media/audio/audio_receiver.hpp"
#include "media/audio/audio_sender.hpp"
#include "media/audio/codec.hpp"
#include "media/audio/jitter_buffer.hpp"
#include "media/audio/mix_sum.hpp"
#include "media/audio/resampler.hpp"

namespace {

using namespace cadenas::media;
using cadenas::base::Bytes;
using cadenas::base::SteadyTime;
using std::chrono::milliseconds;

/// Something with a pitch and formants, a second of it.
std::vector<std::int16_t> voice(SampleRate rate) {
  std::vector<std::int16_t> audio(hertz(rate));
  for (std::size_t i = 0; i < audio.size(); ++i) {
    const double t = static_cast<double>(i) / hertz(rate);
    double sum = 0;
    for (int k = 1; k < 25; ++k) sum += std::sin(6.2832 * k * (120 * t + 4 * std::sin(5 * t))) / (1 + std::abs(k - 5));
    audio[i] = static_cast<std::int16_t>(2'500 * sum * (0.6 + 0.4 * std::sin(20 * t)));
  }
  return audio;
}

OpusSettings opus(int complexity, SampleRate rate) {
  OpusSettings settings;
  settings.complexity = complexity;
  settings.rate = rate;
  return settings;
}

std::vector<Bytes> payloads(Encoder& encoder) {
  const std::vector<std::int16_t> audio = voice(encoder.rate());
  const std::size_t frame = samples_in(encoder.rate(), kFrameMs);
  std::vector<Bytes> all;
  for (std::size_t i = 0; i + frame <= audio.size(); i += frame) {
    Bytes payload(kMaxPayload);
    payload.resize(encoder.encode(Samples(audio).subspan(i, frame), payload));
    all.push_back(std::move(payload));
  }
  return all;
}

void encode(benchmark::State& state, Codec codec, int complexity, SampleRate rate) {
  const auto encoder = make_encoder(codec, opus(complexity, rate));
  const std::vector<std::int16_t> audio = voice(encoder->rate());
  const std::size_t frame = samples_in(encoder->rate(), kFrameMs);
  std::array<std::uint8_t, kMaxPayload> payload{};
  std::size_t at = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(encoder->encode(Samples(audio).subspan(at, frame), payload));
    at = at + 2 * frame <= audio.size() ? at + frame : 0;
  }
  state.SetItemsProcessed(state.iterations());
}

void decode(benchmark::State& state, Codec codec, SampleRate rate, bool lossy) {
  const auto encoder = make_encoder(codec);
  const std::vector<Bytes> all = payloads(*encoder);
  const auto decoder = make_decoder(codec, rate);
  std::array<std::int16_t, kMaxPacketSamples> out{};
  const std::size_t frame = samples_in(decoder->rate(), kFrameMs);
  std::size_t at = 0;
  for (auto _ : state) {
    if (lossy && at % 2 == 1) {
      decoder->conceal(SampleBuffer(out).first(frame), {});
    } else {
      benchmark::DoNotOptimize(decoder->decode(all[at], out));
    }
    at = (at + 1) % all.size();
  }
  state.SetItemsProcessed(state.iterations());
}

void resample(benchmark::State& state) {
  const auto from = static_cast<SampleRate>(state.range(0));
  const auto to = static_cast<SampleRate>(state.range(1));
  Resampler resampler(from, to);
  const std::vector<std::int16_t> audio = voice(from);
  std::array<std::int16_t, kMaxFrameSamples> out{};
  for (auto _ : state) {
    benchmark::DoNotOptimize(resampler.convert(Samples(audio).first(samples_in(from, kFrameMs)), out));
  }
  state.SetItemsProcessed(state.iterations());
}

void jitter_put_next(benchmark::State& state) {
  const auto buffer = std::make_unique<JitterBuffer>(8'000);
  const Bytes payload(160, 0xd5);
  SteadyTime now{milliseconds{1'000}};
  ArrivedAudio packet{1, 0, 0, 8, Carried::voice, 160, payload};
  for (auto _ : state) {
    buffer->put(packet, now);
    benchmark::DoNotOptimize(buffer->next(now + milliseconds{5}));
    ++packet.sequence;
    packet.timestamp += 160;
    now += milliseconds{20};
  }
  state.SetItemsProcessed(state.iterations());
}

/// Everything from plain RTP to a frame for the bridge and back, for so many parties in turn.
void party(benchmark::State& state, Codec codec) {
  constexpr SampleRate kRate = SampleRate::wide;
  struct Party {
    Party(const AudioSender::Settings& settings)
        : sender(settings, kRate), receiver(std::array{settings.voice}, kRate, 1) {}
    AudioSender sender;
    AudioReceiver receiver;
  };
  AudioSender::Settings settings;
  settings.voice = {codec, facts(codec).static_type.value_or(111)};
  std::vector<std::unique_ptr<Party>> parties;
  for (std::int64_t i = 0; i < state.range(0); ++i) parties.push_back(std::make_unique<Party>(settings));
  const std::vector<std::int16_t> audio = voice(kRate);
  const std::size_t frame = samples_in(kRate, kFrameMs);
  std::array<std::uint8_t, 1500> packet{};
  std::array<std::int16_t, samples_in(kRate, kFrameMs)> heard{};
  SteadyTime now{milliseconds{1'000}};
  std::size_t who = 0;
  std::size_t at = 0;
  for (auto _ : state) {
    Party& each = *parties[who];
    each.sender.put_voice(Samples(audio).subspan(at, frame));
    while (const std::size_t octets = each.sender.next(packet)) {
      each.receiver.put(*parse_rtp(cadenas::base::ByteView(packet).first(octets)), now);
    }
    benchmark::DoNotOptimize(each.receiver.frame(now, heard));
    if (++who == parties.size()) {
      who = 0;
      now += milliseconds{20};
      at = at + 2 * frame <= audio.size() ? at + frame : 0;
    }
  }
  state.SetItemsProcessed(state.iterations());
}

void mix(benchmark::State& state) {
  const auto rate = static_cast<SampleRate>(state.range(0));
  const std::vector<std::int16_t> audio = voice(rate);
  const std::size_t frame = samples_in(rate, kFrameMs);
  std::vector<std::int32_t> sum(frame);
  std::vector<std::int16_t> out(frame);
  for (auto _ : state) {
    add_to_sum(sum, Samples(audio).first(frame));
    sum_without(sum, Samples(audio).first(frame), out);
    benchmark::ClobberMemory();
    sum.assign(frame, 0);
  }
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK_CAPTURE(encode, PCMA, Codec::pcma, 0, SampleRate::narrow);
BENCHMARK_CAPTURE(encode, PCMU, Codec::pcmu, 0, SampleRate::narrow);
BENCHMARK_CAPTURE(encode, G722, Codec::g722, 0, SampleRate::wide);
BENCHMARK_CAPTURE(encode, opus_48k_complexity_10, Codec::opus, 10, SampleRate::full);
BENCHMARK_CAPTURE(encode, opus_48k_complexity_3, Codec::opus, 3, SampleRate::full);
BENCHMARK_CAPTURE(encode, opus_16k_complexity_3, Codec::opus, 3, SampleRate::wide);
BENCHMARK_CAPTURE(decode, PCMA, Codec::pcma, SampleRate::narrow, false);
BENCHMARK_CAPTURE(decode, PCMU, Codec::pcmu, SampleRate::narrow, false);
BENCHMARK_CAPTURE(decode, G722, Codec::g722, SampleRate::wide, false);
BENCHMARK_CAPTURE(decode, opus_48k, Codec::opus, SampleRate::full, false);
BENCHMARK_CAPTURE(decode, opus_16k, Codec::opus, SampleRate::wide, false);
BENCHMARK_CAPTURE(decode, PCMA_each_second_lost, Codec::pcma, SampleRate::narrow, true);
BENCHMARK_CAPTURE(decode, G722_each_second_lost, Codec::g722, SampleRate::wide, true);
BENCHMARK_CAPTURE(decode, opus_16k_each_second_lost, Codec::opus, SampleRate::wide, true);
BENCHMARK(resample)->ArgsProduct({{8'000, 16'000, 48'000}, {8'000, 16'000, 48'000}})->ArgNames({"from", "to"});
BENCHMARK(jitter_put_next);
BENCHMARK(mix)->Arg(8'000)->Arg(16'000)->Arg(48'000)->ArgName("rate");
BENCHMARK_CAPTURE(party, PCMA, Codec::pcma)->Arg(1)->Arg(100)->ArgName("parties");
BENCHMARK_CAPTURE(party, G722, Codec::g722)->Arg(1)->Arg(100)->ArgName("parties");
BENCHMARK_CAPTURE(party, opus, Codec::opus)->Arg(1)->Arg(100)->ArgName("parties");

}  // namespace
