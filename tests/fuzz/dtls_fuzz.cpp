// What arrives on the port of a leg that waits for a DTLS handshake or is in the midst of one: datagrams of anybody,
// each behind two octets of its length. The first octet of the input chooses our role and where packets come from.
// Nobody here has the certificate that was signalled, so no keys may ever come of it and no voice may pass.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "media/dtls_profile.hpp"
#include "media/session.hpp"
#include "require.hpp"

using namespace cadenas;

namespace {

class Outlet final : public media::LegOutlet {
 public:
  void send(media::OwnPacket&, const media::OwnDatagram& datagram) override {
    require(datagram.content == media::Content::dtls && datagram.octets > 0 && datagram.octets <= 1200);
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1 || size > 16'384) return 0;
  static const media::DtlsContext context(base::WallTime{});
  static const auto phone = *base::Endpoint::parse("192.0.2.1", 4000);
  static const auto stranger = *base::Endpoint::parse("192.0.2.1", 4002);
  const std::uint8_t choice = data[0];
  media::LegWork work(context);
  Outlet outlet;
  const auto counters = std::make_shared<media::SessionCounters>();
  media::Session session(counters, {&work, &outlet}, {&work, &outlet});
  const auto describe = [&](media::Side side) {
    media::LegMedia leg;
    leg.remote_rtp = phone;
    leg.rtcp_mux = true;
    if (side == media::Side::a) {
      leg.dtls = media::DtlsParams{(choice & 1) != 0 ? media::DtlsRole::active : media::DtlsRole::passive,
                                   {{media::FingerprintHash::sha256, base::Bytes(32, 7)}},
                                   {media::dtls_suites().begin(), media::dtls_suites().end()},
                                   0};
    }
    session.configure(side, std::move(leg));
  };
  const bool comes_early = (choice & 2) != 0;
  if (!comes_early) describe(media::Side::a);
  describe(media::Side::b);

  base::SteadyTime now{std::chrono::seconds(100)};
  base::ByteView rest(data + 1, size - 1);
  std::array<std::uint8_t, 2048> buffer{};
  for (bool is_first = true; rest.size() >= 2; is_first = false) {
    const std::size_t octets = std::min<std::size_t>({std::size_t{rest[0]} << 8 | rest[1], rest.size() - 2, 1800});
    std::ranges::copy(rest.subspan(2, octets), buffer.begin());
    rest = rest.subspan(2 + octets);
    const base::Endpoint& source = (choice & 4) != 0 && !is_first ? stranger : phone;
    require(!session.relay(media::Side::a, media::Protocol::rtp, buffer, octets, source, now));
    if (is_first && comes_early) describe(media::Side::a);
    while (work.next() && *work.next() <= now) work.step(now);
    now += base::Millis{600};
  }
  require(!counters->a.read().receive_suite && counters->a.dtls.handshakes.read() == 0);
  return 0;
}
