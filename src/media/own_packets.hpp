#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <tuple>

#include "media/leg_ports.hpp"
#include "media/own_packet.hpp"
#include "media/packet_loop.hpp"
#include "media/rtp_leg.hpp"

namespace cadenas::media {

/// The packets of one leg whose voice is made here. One media thread.
class OwnPackets {
 public:
  /// Protects and sends what `next` writes (as AudioSender::next), until it writes nothing; what finds no memory free
  /// is lost and not late. The leg has a way out.
  template <class Next>
  void send(RtpLeg& leg, LegPorts& ports, PacketLoop& loop, Next next) {
    for (OwnPacket& packet : packets_) {
      // It left a frame ago, unless the kernel takes nothing any more.
      if (packet.is_leaving) continue;
      std::size_t octets = next(packet.buffer);
      if (octets == 0) return;
      if (!leg.protect(packet.buffer, octets, false)) continue;
      const RtpLeg::WayOut way = *leg.way_out(false);
      const Departure departure{Side::a, way.port, false, leg.encrypts(false), octets, way.destination};
      loop.originate(ports.way_out(departure), departure, packet);
    }
    std::array<std::uint8_t, std::tuple_size_v<decltype(OwnPacket::buffer)>> lost;
    while (next(lost) > 0) leg.count_unsent(false);
  }

 private:
  std::array<OwnPacket, 2> packets_;  // a frame makes two packets at most
};

}  // namespace cadenas::media
