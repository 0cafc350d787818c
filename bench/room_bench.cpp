// What conferences cost a media thread: members whose packets are decrypted, heard, mixed, encoded and encrypted, all
// but the kernel's part. Everybody sends all the time, three of each room speak. `members_per_core` is how many a core
// could serve every 20 ms at that cost.
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include "media/dtls_context.hpp"
#include "media/dtls_work.hpp"
#include "media/leg_sockets.hpp"
#include "media/packet_loop.hpp"
#include "media/room.hpp"
#include "media/srtp_sender.hpp"

namespace {

using namespace cadenas::media;
using cadenas::base::Bytes;
using cadenas::base::Endpoint;
using cadenas::base::SecretBytes;
using cadenas::base::SteadyTime;

constexpr Suite kSuite = Suite::aead_aes_256_gcm;
constexpr std::size_t kSpeakers = 3;

/// Packets go nowhere, and are counted.
class Nowhere final : public PacketLoop {
 public:
  void attach(Port& port) override {
    if (!port.peer.is_set() && port.protocol == Protocol::rtp) rtp.push_back(&port);
  }
  void detach(Port& port) override { port.user->on_detached(port); }
  void send(Port&, const Departure&) override {}
  void originate(Port& through, const Departure& departure, OwnPacket&) override {
    ++packets;
    through.user->on_sent(departure, true);
  }
  bool run_once(const cadenas::base::Clock&, std::optional<SteadyTime>) override { return false; }

  std::vector<Port*> rtp;
  std::size_t packets = 0;
};

SrtpParams key(std::size_t number) {
  Bytes keying(facts(kSuite).keying());
  for (std::size_t i = 0; i < keying.size(); ++i) keying[i] = static_cast<std::uint8_t>(number >> (i % 3 * 8));
  return {kSuite, SecretBytes(std::move(keying))};
}

/// A phone that says the same second over and over.
class Phone {
 public:
  Phone(std::size_t number, PayloadFormat format, bool speaks)
      : here(Endpoint::parse("127.0.0.1", static_cast<std::uint16_t>(1'024 + 2 * number)).value()),
        rate_(facts(format.codec).rate),
        audio_(hertz(rate_)),
        sender_(settings(number, format), rate_),
        seal_(key(2 * number)) {
    for (std::size_t i = 0; i < audio_.size(); ++i) {
      const double t = static_cast<double>(i) / hertz(rate_);
      const double hum = std::sin(6.2832 * 150 * t) + 0.5 * std::sin(6.2832 * 900 * t);
      audio_[i] = static_cast<std::int16_t>((speaks ? 4'000 : 8) * hum);
    }
  }
  Bytes next_packet() {
    const std::size_t samples = samples_in(rate_, kFrameMs);
    sender_.put_voice(Samples(audio_).subspan(said_++ * samples % audio_.size(), samples));
    Bytes packet(PacketLoop::kBuffer);
    std::size_t octets = sender_.next(packet);
    seal_.protect(packet, octets);
    packet.resize(octets);
    return packet;
  }

  const Endpoint here;

 private:
  static AudioSender::Settings settings(std::size_t number, PayloadFormat format) {
    AudioSender::Settings settings;
    settings.voice = format;
    settings.ssrc = static_cast<std::uint32_t>(number);
    return settings;
  }

  SampleRate rate_;
  std::vector<std::int16_t> audio_;
  AudioSender sender_;
  SrtpSender seal_;
  std::size_t said_ = 0;
};

void conferences(benchmark::State& state, std::size_t room_count, std::size_t members_each, PayloadFormat format) {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);

  PortPool pool(50'000, 59'999);
  Nowhere loop;
  const DtlsContext dtls_context{cadenas::base::WallTime{}};
  DtlsWork dtls(dtls_context);
  std::vector<std::unique_ptr<Room>> rooms;
  std::vector<Phone> phones;
  phones.reserve(room_count * members_each);
  for (std::size_t r = 0; r < room_count; ++r) {
    rooms.push_back(std::make_unique<Room>(DigitSink{}));
    for (std::size_t m = 0; m < members_each; ++m) {
      const std::size_t number = phones.size();
      phones.emplace_back(number, format, m < kSpeakers);
      auto sockets = LegSockets::bind(Endpoint::parse("127.0.0.1", 0).value(), pool);
      if (!sockets) return state.SkipWithError(sockets.error().message.c_str());
      rooms.back()->join(number, std::make_shared<MemberCounters>(), std::move(*sockets), loop, dtls);
      LegMedia media;
      media.remote_rtp = phones.back().here;
      media.receive = key(2 * number);
      media.send = key(2 * number + 1);
      media.srtp_only = true;
      rooms.back()->configure(number, std::move(media), std::make_unique<MemberVoice>(MemberAudio{{format}, format}));
    }
  }

  SteadyTime now{cadenas::base::Millis{1'000}};
  std::vector<Bytes> arriving(phones.size());
  std::vector<std::uint8_t> buffer(PacketLoop::kBuffer);
  for (auto _ : state) {
    state.PauseTiming();
    for (std::size_t i = 0; i < phones.size(); ++i) arriving[i] = phones[i].next_packet();
    state.ResumeTiming();
    for (std::size_t i = 0; i < phones.size(); ++i) {
      std::copy(arriving[i].begin(), arriving[i].end(), buffer.begin());
      Port& port = *loop.rtp[i];
      port.user->on_packet(port, {buffer, arriving[i].size(), phones[i].here}, loop, now);
    }
    for (const auto& room : rooms) room->mix(now);
    now += cadenas::base::Millis{kFrameMs};
  }
  const auto frames = static_cast<double>(state.iterations());
  state.counters["packets_a_frame"] = static_cast<double>(loop.packets) / frames;
  state.counters["members_per_core"] =
      benchmark::Counter(frames * static_cast<double>(phones.size()) * kFrameMs / 1000, benchmark::Counter::kIsRate);
  for (const auto& room : rooms) {
    while (const std::unique_ptr<RoomMember> member = room->take_out_any()) member->end([] {});
  }
}

void one_room_of_500(benchmark::State& state, PayloadFormat format) {
  conferences(state, 1, 500, format);
}
void rooms_of_5(benchmark::State& state, PayloadFormat format) {
  conferences(state, 100, 5, format);
}

constexpr PayloadFormat kG711{Codec::pcma, 8};
constexpr PayloadFormat kOpus{Codec::opus, 111};
BENCHMARK_CAPTURE(one_room_of_500, g711, kG711)->Unit(benchmark::kMillisecond)->Iterations(200);
BENCHMARK_CAPTURE(one_room_of_500, opus, kOpus)->Unit(benchmark::kMillisecond)->Iterations(100);
BENCHMARK_CAPTURE(rooms_of_5, g711, kG711)->Unit(benchmark::kMillisecond)->Iterations(200);
BENCHMARK_CAPTURE(rooms_of_5, opus, kOpus)->Unit(benchmark::kMillisecond)->Iterations(50);

}  // namespace
