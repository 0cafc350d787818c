#include "media/room_member.hpp"

#include <utility>

#include "media/rtp.hpp"

namespace cadenas::media {

RoomMember::RoomMember(MemberId id, std::shared_ptr<MemberCounters> counters, LegSockets sockets, PacketLoop& loop,
                       LegWork& work, std::shared_ptr<const DigitSink> digits, base::WallTime wall_at_zero)
    : id_(id),
      counters_(std::move(counters)),
      digits_(std::move(digits)),
      loop_(loop),
      leg_(counters_->leg, {&work, &ports_}),
      reports_(wall_at_zero),
      ports_(std::move(sockets), Side::a, *this, loop) {}

void RoomMember::configure(LegMedia media, std::unique_ptr<MemberVoice> voice) {
  leg_.configure(std::move(media));
  if (!voice_ || voice_->agreed() != voice->agreed()) voice_ = std::move(voice);
}

void RoomMember::take_seat(Seat seat) {
  seat_ = seat;
  counters_->seat.store(seat, std::memory_order_relaxed);
}

void RoomMember::end(std::function<void()> ended) {
  if (ports_.attached() == 0) return ended();
  ended_ = std::move(ended);
  ports_.detach();
}

void RoomMember::on_detached(Port&) {
  ports_.on_detached();
  if (ports_.attached() != 0) return;
  const auto ended = std::move(ended_);
  ended();
}

void RoomMember::on_packet(Port& port, const PacketRead& packet, PacketLoop&, base::SteadyTime now) {
  const std::optional<RtpLeg::Arrival> arrival =
      leg_.let_in(port.protocol, packet.buffer, packet.octets, packet.source, Opening::decrypt, now);
  if (!arrival) return;
  if (arrival->is_rtcp) return reports_.read(packet.buffer.first(arrival->octets), now);
  const std::optional<RtpPacket> rtp = parse_rtp(packet.buffer.first(arrival->octets));
  if (!rtp || !voice_ || !receives(leg_.direction())) return leg_.count_not_forwarded(false);
  reports_.received(rtp->header, clock(), rtp->header.payload_type == voice_->agreed().sends.payload_type, now);
  if (const std::optional<char> digit = voice_->put(*rtp, now)) dialled(*digit);
}

void RoomMember::hear(base::SteadyTime now) {
  frame_ = now;
  if (!voice_) return;
  const HeardDigits digits = voice_->hear(now);
  for (const char digit : digits.text()) dialled(digit);
  is_in_sum_ = voice_->speaks() && seat_ == Seat::talks;
  counters_->level_dbov.store(static_cast<std::int8_t>(voice_->level()), std::memory_order_relaxed);
  counters_->speaks.store(is_in_sum_, std::memory_order_relaxed);
  counters_->quality.write(reports_.quality());
}

void RoomMember::add_to(BandSums& sums) {
  if (is_in_sum_) voice_->add_to(sums);
}

void RoomMember::tell(BandSums& sums, SharedEncoders& shared) {
  if (!voice_) return;
  send_report();
  if (!sends(leg_.direction()) || !leg_.way_out(false)) return voice_->skip();
  if (seat_ == Seat::waits) {
    voice_->tell_nothing();
  } else {
    voice_->tell(sums, shared, is_in_sum_);
  }
  packets_.send(leg_, ports_, loop_, [this](std::span<std::uint8_t> out) {
    const std::size_t octets = voice_->next(out);
    if (octets > 0) reports_.sent(base::ByteView(out).first(octets), clock(), frame_);
    return octets;
  });
}

void RoomMember::send_report() {
  // On hold, too (RFC 3264 §5.1).
  const std::optional<RtpLeg::WayOut> way = leg_.way_out(true);
  if (!way || report_.is_leaving) return;
  std::size_t octets = reports_.write_due(report_.buffer, frame_);
  if (octets == 0 || !leg_.protect(report_.buffer, octets, true)) return;
  const Departure departure{Side::a, way->port, true, leg_.encrypts(true), octets, way->destination};
  loop_.originate(ports_.way_out(departure), departure, report_);
}

}  // namespace cadenas::media
