#include "media/room_member.hpp"

#include <utility>

#include "media/rtp.hpp"

namespace cadenas::media {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

}  // namespace

RoomMember::RoomMember(MemberId id, std::shared_ptr<MemberCounters> counters, LegSockets sockets, PacketLoop& loop,
                       std::shared_ptr<const DigitSink> digits)
    : id_(id),
      counters_(std::move(counters)),
      digits_(std::move(digits)),
      loop_(loop),
      leg_(counters_->leg),
      ports_(std::move(sockets), Side::a, *this, loop) {}

void RoomMember::configure(LegMedia media, std::unique_ptr<MemberVoice> voice) {
  leg_.configure(std::move(media));
  if (!voice_ || voice_->agreed() != voice->agreed()) voice_ = std::move(voice);
}

void RoomMember::take_seat(Seat seat) {
  seat_ = seat;
  counters_->seat.store(seat, kRelaxed);
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
  if (!arrival || arrival->is_rtcp) return;
  const std::optional<RtpPacket> rtp = parse_rtp(packet.buffer.first(arrival->octets));
  if (!rtp || !voice_ || !receives(leg_.direction())) return leg_.count_not_forwarded(false);
  if (const std::optional<char> digit = voice_->put(*rtp, now)) dialled(*digit);
}

void RoomMember::hear(base::SteadyTime now) {
  if (!voice_) return;
  const HeardDigits digits = voice_->hear(now);
  for (const char digit : digits.text()) dialled(digit);
  is_in_sum_ = voice_->speaks() && seat_ == Seat::talks;
  counters_->level_dbov.store(static_cast<std::int8_t>(voice_->level()), kRelaxed);
  counters_->speaks.store(is_in_sum_, kRelaxed);
}

void RoomMember::add_to(BandSums& sums) {
  if (is_in_sum_) voice_->add_to(sums);
}

void RoomMember::tell(BandSums& sums, SharedEncoders& shared) {
  if (!voice_) return;
  if (!sends(leg_.direction()) || !leg_.way_out(false)) return voice_->skip();
  if (seat_ == Seat::waits) {
    voice_->tell_nothing();
  } else {
    voice_->tell(sums, shared, is_in_sum_);
  }
  packets_.send(leg_, ports_, loop_, [this](std::span<std::uint8_t> out) { return voice_->next(out); });
}

}  // namespace cadenas::media
