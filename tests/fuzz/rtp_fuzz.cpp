// RTP, SRTP and RTCP as they come from the network. The first octet chooses what the packet meets and under which
// suite; the rest is the packet. A forged packet never gets past the tag, so `round_trip` protects the input first to
// reach what is behind it.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "media/rtcp.hpp"
#include "media/rtcp_report.hpp"
#include "media/rtp.hpp"
#include "media/session.hpp"
#include "media/srtcp.hpp"
#include "media/srtp_receiver.hpp"
#include "media/srtp_sender.hpp"
#include "require.hpp"

using namespace cadenas;

namespace {

constexpr std::size_t kLargest = 1500;

/// The upper three bits choose the suite.
media::SrtpParams key(std::uint8_t choice, std::uint8_t seed) {
  const media::SuiteFacts& suite = media::all_suites()[(choice >> 5) % media::all_suites().size()];
  return {suite.suite, base::SecretBytes(base::Bytes(suite.keying(), seed))};
}

void parse(base::ByteView packet) {
  if (const auto rtp = media::parse_rtp(packet)) {
    require(rtp->header.octets + rtp->payload.size() <= packet.size());
    if (rtp->header.csrc_count > 0) (void)rtp->csrc(std::size_t{rtp->header.csrc_count} - 1);
  }
  if (const auto report = media::read_report(packet, packet.size() >= 16 ? media::read_u32(packet, 8) : 0)) {
    require(media::is_rtcp_compound(packet));
    if (report->about_us) require(report->about_us->lost >= -0x800000 && report->about_us->lost <= 0x7fffff);
  }
}

void round_trip(std::uint8_t choice, base::ByteView packet) {
  std::array<std::uint8_t, kLargest + 64> buffer{};
  std::ranges::copy(packet, buffer.begin());
  media::SrtpSender sender(key(choice, 1));
  media::SrtpReceiver receiver(key(choice, 1));
  std::size_t octets = packet.size();
  if (sender.protect(buffer, octets) == media::SrtpStatus::ok) {
    const media::Receipt receipt = receiver.open(std::span(buffer).first(octets), media::Opening::decrypt);
    require(receipt.status == media::SrtpStatus::ok && receipt.octets == packet.size());
    require(std::ranges::equal(packet, std::span(buffer).first(receipt.octets)));
  }
  std::ranges::copy(packet, buffer.begin());
  media::SrtcpSender rtcp_sender(key(choice, 1));
  media::SrtcpReceiver rtcp_receiver(key(choice, 1));
  octets = packet.size();
  if (rtcp_sender.protect(buffer, octets) == media::SrtpStatus::ok) {
    const media::Receipt receipt = rtcp_receiver.open(std::span(buffer).first(octets), media::Opening::decrypt);
    require(receipt.status == media::SrtpStatus::ok && receipt.octets == packet.size());
    require(std::ranges::equal(packet, std::span(buffer).first(receipt.octets)));
  }
}

/// What fails to open, or is only verified, is left as it was.
void forged(std::uint8_t choice, base::ByteView packet) {
  base::Bytes octets(packet.begin(), packet.end());
  const auto opening = (choice & 4) != 0 ? media::Opening::decrypt : media::Opening::verify_only;
  media::SrtpReceiver receiver(key(choice, 1));
  require(receiver.open(octets, opening).status != media::SrtpStatus::ok && std::ranges::equal(octets, packet));
  media::SrtcpReceiver rtcp_receiver(key(choice, 1));
  require(rtcp_receiver.open(octets, opening).status != media::SrtpStatus::ok && std::ranges::equal(octets, packet));
}

/// A session with one leg of each kind; what comes in on the SRTP leg can never leave on the clear one.
void relay(std::uint8_t choice, base::ByteView packet) {
  static const auto phone = *base::Endpoint::parse("192.0.2.1", 4000);
  media::Session session(std::make_shared<media::SessionCounters>());
  media::LegMedia a, b;
  a.remote_rtp = b.remote_rtp = phone;
  a.receive = key(choice, 1);
  a.send = key(choice, 2);
  a.srtp_only = true;
  a.rtcp_mux = b.rtcp_mux = (choice & 4) != 0;
  b.payload_types.set(101, 96);
  session.configure(media::Side::a, std::move(a));
  session.configure(media::Side::b, std::move(b));
  std::array<std::uint8_t, kLargest + 64> buffer{};
  std::ranges::copy(packet, buffer.begin());
  const media::Side from = (choice & 8) != 0 ? media::Side::a : media::Side::b;
  const auto port = (choice & 16) != 0 ? media::Protocol::rtp : media::Protocol::rtcp;
  const auto out = session.relay(from, port, buffer, packet.size(), phone, {});
  if (out) require(from == media::Side::b && out->is_encrypted && out->octets > packet.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1 || size > kLargest) return 0;
  const base::ByteView packet(data + 1, size - 1);
  switch (data[0] & 3) {
    case 0:
      parse(packet);
      break;
    case 1:
      round_trip(data[0], packet);
      break;
    case 3:
      forged(data[0], packet);
      break;
    default:
      relay(data[0], packet);
  }
  return 0;
}
