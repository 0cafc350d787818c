#pragma once

#include <functional>
#include <memory>

#include "media/leg_ports.hpp"
#include "media/leg_work.hpp"
#include "media/own_packets.hpp"
#include "media/packet_loop.hpp"
#include "media/rtp_leg.hpp"
#include "media/tdm/slot_voice.hpp"
#include "media/tdm/time_slot.hpp"

namespace cadenas::media::tdm {

/// A session of one RTP leg and a time slot: its sockets, its keys and its voice (ENC-2, ENC-6). One media thread; once
/// it was described, its voice costs no lock, no allocation and no log.
class SlotSession final : public PortUser {
 public:
  /// `loop` and `work` outlive it.
  SlotSession(std::shared_ptr<SideCounters> counters, LegSockets sockets, TimeSlot slot, PacketLoop& loop,
              LegWork& work);
  SlotSession(const SlotSession&) = delete;
  SlotSession& operator=(const SlotSession&) = delete;

  /// Takes packets from now on. Throws as PacketLoop::attach; then it must be ended.
  void begin() { ports_.attach(); }
  /// See LegMedia. The voice goes on undisturbed where the same audio was agreed on; another one starts a new stream.
  void configure(LegMedia media, std::unique_ptr<SlotVoice> voice);
  void dial(char digit);
  /// As Relay::end.
  void end(std::function<void()> ended);

  /// Carries the 20 ms that begin at `now`, both ways. Call every 20 ms.
  void frame(base::SteadyTime now);

  void on_packet(Port& port, const PacketRead& packet, PacketLoop& loop, base::SteadyTime now) override;
  void on_sent(const Departure& departure, bool accepted) override { leg_.sent(departure, accepted); }
  void on_detached(Port& port) override;

 private:
  std::shared_ptr<SideCounters> counters_;
  TimeSlot slot_;
  PacketLoop& loop_;
  RtpLeg leg_;
  std::unique_ptr<SlotVoice> voice_;
  OwnPackets packets_;
  LegPorts ports_;
  std::function<void()> ended_;
};

}  // namespace cadenas::media::tdm
