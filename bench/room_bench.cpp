// What conferences cost a media thread: members whose packets are decrypted, heard, mixed, encoded and encrypted, all
// but the kernel's part. Everybody sends all the time, three of each room speak. `members_per_core` is how many a core
// could serve every 20 ms at that cost.
#include <algorithm>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include "encrypted_phone.hpp"
#include "media/dtls_context.hpp"
#include "media/leg_sockets.hpp"
#include "media/leg_work.hpp"
#include "media/room.hpp"
#include "no_network.hpp"

namespace {

using namespace cadenas::media;
using namespace cadenas::media::bench;
using cadenas::base::Bytes;
using cadenas::base::Endpoint;
using cadenas::base::SteadyTime;

constexpr std::size_t kSpeakers = 3;
// Until jitter buffers give what came, and each leg has the socket by which it sends.
constexpr int kFramesBefore = 10;

void conferences(benchmark::State& state, std::size_t room_count, std::size_t members_each, PayloadFormat format) {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);

  PortPool pool(50'000, 59'999);
  NoNetwork loop;
  const DtlsContext dtls_context{cadenas::base::WallTime{}};
  LegWork dtls(dtls_context);
  std::vector<std::unique_ptr<Room>> rooms;
  const std::map<bool, std::vector<Bytes>> said{{true, payloads(format.codec, true)},
                                                {false, payloads(format.codec, false)}};
  std::vector<Phone> phones;
  phones.reserve(room_count * members_each);
  for (std::size_t r = 0; r < room_count; ++r) {
    rooms.push_back(std::make_unique<Room>(DigitSink{}));
    for (std::size_t m = 0; m < members_each; ++m) {
      const std::size_t number = phones.size();
      phones.emplace_back(number, format, said.at(m < kSpeakers));
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
  const auto arrive = [&] {
    for (std::size_t i = 0; i < phones.size(); ++i) arriving[i] = phones[i].next_packet();
  };
  const auto frame = [&] {
    for (std::size_t i = 0; i < phones.size(); ++i) {
      std::copy(arriving[i].begin(), arriving[i].end(), buffer.begin());
      Port& port = *loop.rtp[i];
      port.user->on_packet(port, {buffer, arriving[i].size(), phones[i].here}, loop, now);
    }
    for (const auto& room : rooms) room->mix(now);
    now += cadenas::base::Millis{kFrameMs};
  };
  for (int i = 0; i < kFramesBefore; ++i) {
    arrive();
    frame();
  }
  loop.packets = 0;
  for (auto _ : state) {
    state.PauseTiming();
    arrive();
    state.ResumeTiming();
    frame();
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
BENCHMARK_CAPTURE(one_room_of_500, g711, kG711)->Unit(benchmark::kMillisecond)->Iterations(100);
BENCHMARK_CAPTURE(one_room_of_500, opus, kOpus)->Unit(benchmark::kMillisecond)->Iterations(50);
BENCHMARK_CAPTURE(rooms_of_5, g711, kG711)->Unit(benchmark::kMillisecond)->Iterations(100);
BENCHMARK_CAPTURE(rooms_of_5, opus, kOpus)->Unit(benchmark::kMillisecond)->Iterations(50);

}  // namespace
