#pragma once

#include <functional>
#include <memory>

#include "media/audio/member_voice.hpp"
#include "media/leg_ports.hpp"
#include "media/leg_work.hpp"
#include "media/member_reports.hpp"
#include "media/member_stats.hpp"
#include "media/own_packets.hpp"
#include "media/packet_loop.hpp"
#include "media/rtp_leg.hpp"

namespace cadenas::media {

/// One leg that ends at the board, in a conference room: its sockets, its keys and its voice. One media thread.
class RoomMember final : public PortUser {
 public:
  /// `loop` and `work` outlive it. `wall_at_zero`: see MemberReports.
  RoomMember(MemberId id, std::shared_ptr<MemberCounters> counters, LegSockets sockets, PacketLoop& loop, LegWork& work,
             std::shared_ptr<const DigitSink> digits, base::WallTime wall_at_zero);
  RoomMember(const RoomMember&) = delete;
  RoomMember& operator=(const RoomMember&) = delete;

  /// Takes packets from now on. Throws as PacketLoop::attach; then it must be ended.
  void begin() { ports_.attach(); }
  /// See LegMedia. The voice goes on undisturbed where the same audio was agreed on; another one starts a new stream.
  void configure(LegMedia media, std::unique_ptr<MemberVoice> voice);
  void take_seat(Seat seat);
  /// As Relay::end.
  void end(std::function<void()> ended);

  /// None before signalling described it.
  const MemberVoice* voice() const { return voice_.get(); }

  /// The others hear it in this frame.
  bool is_in_sum() const { return is_in_sum_; }

  /// The three steps of a frame, each for all members before the next: hear what it says, …
  void hear(base::SteadyTime now);
  void add_to(BandSums& sums);                        ///< … add that to the sum, if the others are to hear it, …
  void tell(BandSums& sums, SharedEncoders& shared);  ///< … and send it the sum of the others, and a report if due.

  void on_packet(Port& port, const PacketRead& packet, PacketLoop& loop, base::SteadyTime now) override;
  void on_sent(const Departure& departure, bool accepted) override { leg_.sent(departure, accepted); }
  void on_detached(Port& port) override;

 private:
  void dialled(char digit) const {
    if (*digits_) (*digits_)(id_, digit);
  }
  std::uint32_t clock() const { return facts(voice_->agreed().sends.codec).clock; }
  void send_report();

  MemberId id_;
  std::shared_ptr<MemberCounters> counters_;
  std::shared_ptr<const DigitSink> digits_;
  PacketLoop& loop_;
  RtpLeg leg_;
  std::unique_ptr<MemberVoice> voice_;
  Seat seat_ = Seat::talks;
  bool is_in_sum_ = false;
  OwnPackets packets_;
  MemberReports reports_;
  OwnPacket report_;
  base::SteadyTime frame_{};  // that is being mixed
  LegPorts ports_;
  std::function<void()> ended_;
};

}  // namespace cadenas::media
