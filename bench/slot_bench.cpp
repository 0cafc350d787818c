// What sessions of an RTP leg and a time slot cost a media thread: packets by AES-256-GCM decrypted and heard in the
// slot, and what the slot says encoded and encrypted; all but the kernel's part and the bus's. Both sides speak all the
// time. Beside it, as the limit, the same voice by codec, change of rate and SRTP alone: no jitter, no digits, no
// counters. `sessions_per_core` is how many a core could serve every 20 ms at that cost. Apart from them, what the echo
// of an analogue port costs the bus's thread, by the tail that is listened for.
#include <algorithm>
#include <array>
#include <memory>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include "encrypted_phone.hpp"
#include "media/audio/g711.hpp"
#include "media/audio/resampler.hpp"
#include "media/dtls_context.hpp"
#include "media/leg_sockets.hpp"
#include "media/leg_work.hpp"
#include "media/rtp.hpp"
#include "media/srtp_receiver.hpp"
#include "media/tdm/slot_channel.hpp"
#include "media/tdm/slot_session.hpp"
#include "media/tdm/two_wire_line.hpp"
#include "no_network.hpp"

namespace {

using namespace cadenas::media;
using namespace cadenas::media::bench;
using cadenas::base::Bytes;
using cadenas::base::Endpoint;
using cadenas::base::SteadyTime;
using tdm::SlotFrame;

constexpr std::size_t kSessions = 500;
constexpr G711Law kLaw = G711Law::a;
constexpr std::uint8_t kEvents = 101;
constexpr PayloadFormat kG711{Codec::pcma, 8};
constexpr PayloadFormat kG722{Codec::g722, 9};
constexpr PayloadFormat kOpus{Codec::opus, 111};
// Until jitter buffers and slots give what came, and each leg has the socket by which it sends.
constexpr int kFramesBefore = 10;

/// What a port says, over and over.
std::vector<SlotFrame> said_by_port() {
  const std::vector<std::int16_t> sound = second_of_sound(SampleRate::narrow, true);
  std::vector<SlotFrame> out(sound.size() / tdm::kFrameOctets);
  for (std::size_t i = 0; i < out.size() * tdm::kFrameOctets; ++i) {
    out[i / tdm::kFrameOctets][i % tdm::kFrameOctets] = g711_encode(kLaw, sound[i]);
  }
  return out;
}

/// Times `frame`, 20 ms of all sessions, after `arrive` made what comes in them.
template <class Arrive, class Frame>
void measure(benchmark::State& state, Arrive arrive, Frame frame) {
  for (int i = 0; i < kFramesBefore; ++i) {
    arrive();
    frame();
  }
  for (auto _ : state) {
    state.PauseTiming();
    arrive();
    state.ResumeTiming();
    frame();
  }
  state.counters["sessions"] = kSessions;
  state.counters["sessions_per_core"] = benchmark::Counter(
      static_cast<double>(state.iterations()) * kSessions * kFrameMs / 1000, benchmark::Counter::kIsRate);
}

std::vector<Phone> phones(PayloadFormat format, const std::vector<Bytes>& says) {
  std::vector<Phone> out;
  out.reserve(kSessions);
  for (std::size_t number = 0; number < kSessions; ++number) out.emplace_back(number, format, says);
  return out;
}

void slot_sessions(benchmark::State& state, PayloadFormat format) {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);

  PortPool pool(50'000, 59'999);
  NoNetwork loop;
  const DtlsContext dtls_context{cadenas::base::WallTime{}};
  LegWork dtls(dtls_context);
  const std::vector<Bytes> says = payloads(format.codec, true);
  const std::vector<SlotFrame> port_says = said_by_port();
  std::vector<Phone> callers = phones(format, says);
  std::vector<std::shared_ptr<tdm::SlotChannel>> channels;
  std::vector<std::shared_ptr<SideCounters>> counters;
  std::vector<std::unique_ptr<tdm::SlotSession>> sessions;
  for (std::size_t number = 0; number < kSessions; ++number) {
    auto sockets = LegSockets::bind(Endpoint::parse("127.0.0.1", 0).value(), pool);
    if (!sockets) return state.SkipWithError(sockets.error().message.c_str());
    channels.push_back(std::make_shared<tdm::SlotChannel>(kLaw));
    counters.push_back(std::make_shared<SideCounters>());
    sessions.push_back(std::make_unique<tdm::SlotSession>(counters.back(), std::move(*sockets),
                                                          tdm::TimeSlot(channels.back()), loop, dtls));
    sessions.back()->begin();
    LegMedia media;
    media.remote_rtp = callers[number].here;
    media.receive = key(2 * number);
    media.send = key(2 * number + 1);
    media.srtp_only = true;
    const MemberAudio voice{{format, {Codec::telephone_event, kEvents}}, format};
    sessions.back()->configure(std::move(media), std::make_unique<tdm::SlotVoice>(tdm::SlotAudio{voice, kEvents}));
  }

  SteadyTime now{cadenas::base::Millis{1'000}};
  std::size_t frames = 0;
  std::vector<Bytes> arriving(kSessions);
  std::vector<std::uint8_t> buffer(PacketLoop::kBuffer);
  SlotFrame heard;
  measure(
      state,
      [&] {
        for (std::size_t i = 0; i < kSessions; ++i) {
          arriving[i] = callers[i].next_packet();
          channels[i]->said.take(heard);
          channels[i]->heard.put(port_says[frames % port_says.size()]);
        }
        ++frames;
      },
      [&] {
        for (std::size_t i = 0; i < kSessions; ++i) {
          std::copy(arriving[i].begin(), arriving[i].end(), buffer.begin());
          Port& port = *loop.rtp[i];
          port.user->on_packet(port, {buffer, arriving[i].size(), callers[i].here}, loop, now);
        }
        for (const auto& session : sessions) session->frame(now);
        now += cadenas::base::Millis{kFrameMs};
      });
  // A session that does not carry voice would be cheap.
  for (std::size_t i = 0; i < kSessions; ++i) {
    const FlowStats leg = counters[i]->read().rtp;
    if (leg.rx_authenticated != frames || leg.tx_encrypted != frames || channels[i]->said.missed() > 0) {
      state.SkipWithError("voice was lost");
    }
    sessions[i]->end([] {});
  }
}

/// The two directions of one session, as bare as the parts allow.
class BareSession {
 public:
  BareSession(std::size_t number, PayloadFormat format)
      : format_(format),
        open_(key(2 * number)),
        seal_(key(2 * number + 1)),
        decoder_(make_decoder(format.codec, SampleRate::narrow)),
        encoder_(make_encoder(format.codec, narrow())),
        to_slot_(decoder_->rate(), SampleRate::narrow),
        from_slot_(SampleRate::narrow, encoder_->rate()) {}

  /// False if something was not carried.
  bool frame(std::span<std::uint8_t> packet, const SlotFrame& said, SlotFrame& heard) {
    const Receipt receipt = open_.open(packet, Opening::decrypt);
    if (receipt.status != SrtpStatus::ok) return false;
    const std::size_t decoded = decoder_->decode(packet.first(receipt.octets).subspan(kHeader), wide_);
    to_slot_.convert(Samples(wide_).first(decoded), narrow_);
    for (std::size_t i = 0; i < heard.size(); ++i) heard[i] = g711_encode(kLaw, narrow_[i]);

    for (std::size_t i = 0; i < said.size(); ++i) narrow_[i] = g711_decode(kLaw, said[i]);
    const std::size_t converted = from_slot_.convert(narrow_, wide_);
    out_[0] = 0x80;
    out_[1] = format_.payload_type;
    out_[2] = static_cast<std::uint8_t>(sequence_ >> 8);
    out_[3] = static_cast<std::uint8_t>(sequence_++);
    std::size_t octets = kHeader + encoder_->encode(Samples(wide_).first(converted), std::span(out_).subspan(kHeader));
    return octets > kHeader && seal_.protect(out_, octets) == SrtpStatus::ok;
  }

 private:
  static constexpr std::size_t kHeader = 12;
  static OpusSettings narrow() {
    OpusSettings settings;
    settings.rate = SampleRate::narrow;
    return settings;
  }

  PayloadFormat format_;
  SrtpReceiver open_;
  SrtpSender seal_;
  std::unique_ptr<Decoder> decoder_;
  std::unique_ptr<Encoder> encoder_;
  Resampler to_slot_;
  Resampler from_slot_;
  std::uint16_t sequence_ = 0;
  std::array<std::int16_t, kMaxPacketSamples> wide_{};
  std::array<std::int16_t, tdm::kFrameOctets> narrow_{};
  std::array<std::uint8_t, PacketLoop::kBuffer> out_{};
};

void limit(benchmark::State& state, PayloadFormat format) {
  const std::vector<Bytes> says = payloads(format.codec, true);
  const std::vector<SlotFrame> port_says = said_by_port();
  std::vector<Phone> callers = phones(format, says);
  std::vector<BareSession> sessions;
  sessions.reserve(kSessions);
  for (std::size_t number = 0; number < kSessions; ++number) sessions.emplace_back(number, format);

  std::size_t frames = 0;
  std::vector<Bytes> arriving(kSessions);
  std::vector<std::uint8_t> buffer(PacketLoop::kBuffer);
  SlotFrame heard{};
  bool is_carried = true;
  measure(
      state,
      [&] {
        for (std::size_t i = 0; i < kSessions; ++i) arriving[i] = callers[i].next_packet();
      },
      [&] {
        const SlotFrame& said = port_says[frames++ % port_says.size()];
        for (std::size_t i = 0; i < kSessions; ++i) {
          std::copy(arriving[i].begin(), arriving[i].end(), buffer.begin());
          is_carried = sessions[i].frame(std::span(buffer).first(arriving[i].size()), said, heard) && is_carried;
          benchmark::DoNotOptimize(heard);
        }
      });
  if (!is_carried) state.SkipWithError("voice was lost");
}

void two_wire_lines(benchmark::State& state) {
  const std::vector<SlotFrame> voice = said_by_port();
  std::vector<std::unique_ptr<tdm::TwoWireLine>> lines;
  lines.reserve(kSessions);
  for (std::size_t i = 0; i < kSessions; ++i) {
    lines.push_back(std::make_unique<tdm::TwoWireLine>(kLaw, static_cast<unsigned>(state.range(0))));
  }
  std::size_t frames = 0;
  measure(
      state, [&frames] { ++frames; },
      [&] {
        for (const auto& line : lines) {
          line->say(voice[frames % voice.size()]);
          SlotFrame heard = voice[(frames + 1) % voice.size()];
          line->hear(heard);
          benchmark::DoNotOptimize(heard);
        }
      });
}

BENCHMARK(two_wire_lines)->Arg(32)->Arg(64)->Arg(128)->Unit(benchmark::kMillisecond)->Iterations(50);
BENCHMARK_CAPTURE(slot_sessions, g711, kG711)->Unit(benchmark::kMillisecond)->Iterations(100);
BENCHMARK_CAPTURE(limit, g711, kG711)->Unit(benchmark::kMillisecond)->Iterations(100);
BENCHMARK_CAPTURE(slot_sessions, g722, kG722)->Unit(benchmark::kMillisecond)->Iterations(50);
BENCHMARK_CAPTURE(limit, g722, kG722)->Unit(benchmark::kMillisecond)->Iterations(50);
BENCHMARK_CAPTURE(slot_sessions, opus, kOpus)->Unit(benchmark::kMillisecond)->Iterations(25);
BENCHMARK_CAPTURE(limit, opus, kOpus)->Unit(benchmark::kMillisecond)->Iterations(25);

}  // namespace
