// What arrives on the port of a leg with ICE: datagrams of anybody, each behind two octets of its length. The first
// octet of the input says how many of them come from the peer's address and are signed with the right password: so far
// the fuzzer is a peer that has the credentials and makes bad checks with them; of the others none may open the leg.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "media/session.hpp"
#include "media/stun_format.hpp"
#include "media/stun_message.hpp"
#include "require.hpp"

using namespace cadenas;

namespace {

constexpr std::string_view kPassword = "our-password-of-22-octets";

class Outlet final : public media::LegOutlet {
 public:
  void send(media::OwnPacket& packet, const media::OwnDatagram& datagram) override {
    require(datagram.content == media::Content::stun && datagram.octets <= media::StunAnswer::kLargest);
    const auto answer = media::parse_stun(base::ByteView(packet.buffer).first(datagram.octets));
    require(answer && (answer->kind == media::StunClass::success || answer->kind == media::StunClass::error));
    ++answers;
  }
  std::size_t answers = 0;
};

/// Gives a message with a MESSAGE-INTEGRITY the one it should have, and no FINGERPRINT after it.
void sign(std::span<std::uint8_t> datagram, std::size_t& octets, const media::HmacSha1& password) {
  const auto message = media::parse_stun(datagram.first(octets));
  if (!message || !message->integrity_at) return;
  const std::size_t at = *message->integrity_at;
  octets = at + media::stun::kAttributeHeader + media::stun::kIntegrity;
  datagram[2] = static_cast<std::uint8_t>((octets - media::stun::kHeader) >> 8);
  datagram[3] = static_cast<std::uint8_t>(octets - media::stun::kHeader);
  const auto digest = password.sign(datagram.first(at), {});
  std::ranges::copy(digest, datagram.begin() + static_cast<std::ptrdiff_t>(at + media::stun::kAttributeHeader));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1 || size > 16'384) return 0;
  static const media::DtlsContext context(base::WallTime{});
  static const auto peer = *base::Endpoint::parse("2001:db8::1", 4000);
  static const auto stranger = *base::Endpoint::parse("192.0.2.1", 4002);
  static const media::HmacSha1 password(base::as_bytes(kPassword));
  media::LegWork work(context);
  Outlet outlet;
  const auto counters = std::make_shared<media::SessionCounters>();
  media::Session session(counters, {&work, &outlet}, {&work, &outlet});
  media::LegMedia with_ice;
  with_ice.rtcp_mux = true;
  with_ice.ice = media::IceParams{"ours", base::SecretBytes::copy_of(base::as_bytes(kPassword)), "peer"};
  session.configure(media::Side::a, std::move(with_ice));
  media::LegMedia clear;
  clear.remote_rtp = stranger;
  session.configure(media::Side::b, std::move(clear));

  base::SteadyTime now{std::chrono::seconds(100)};
  base::ByteView rest(data + 1, size - 1);
  std::array<std::uint8_t, 2048> buffer{};
  std::size_t sent = 0;
  for (; rest.size() >= 2; ++sent) {
    std::size_t octets = std::min<std::size_t>({std::size_t{rest[0]} << 8 | rest[1], rest.size() - 2, 1800});
    std::ranges::copy(rest.subspan(2, octets), buffer.begin());
    rest = rest.subspan(2 + octets);
    const bool is_peer = sent < data[0];
    if (is_peer) sign(buffer, octets, password);
    const auto let_in =
        session.relay(media::Side::a, media::Protocol::rtp, buffer, octets, is_peer ? peer : stranger, now);
    require(is_peer || !let_in);
    while (work.next() && *work.next() <= now) work.step(now);
    now += base::Millis{600};
  }
  require(outlet.answers <= sent);
  if (data[0] == 0) require(counters->a.read().ice->state == media::IceState::waiting);
  return 0;
}
