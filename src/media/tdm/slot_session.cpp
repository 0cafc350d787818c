#include "media/tdm/slot_session.hpp"

#include <array>
#include <optional>
#include <utility>

#include "media/rtp.hpp"
#include "media/tdm/port.hpp"

namespace cadenas::media::tdm {

SlotSession::SlotSession(std::shared_ptr<SideCounters> counters, LegSockets sockets, TimeSlot slot, PacketLoop& loop,
                         LegWork& work)
    : counters_(std::move(counters)),
      slot_(std::move(slot)),
      loop_(loop),
      leg_(*counters_, {&work, &ports_}),
      ports_(std::move(sockets), Side::a, *this, loop) {}

void SlotSession::configure(LegMedia media, std::unique_ptr<SlotVoice> voice) {
  leg_.configure(std::move(media));
  if (!voice_ || voice_->agreed() != voice->agreed()) voice_ = std::move(voice);
}

void SlotSession::dial(char digit) {
  if (voice_) voice_->dial(digit);
}

void SlotSession::end(std::function<void()> ended) {
  if (ports_.attached() == 0) return ended();
  ended_ = std::move(ended);
  ports_.detach();
}

void SlotSession::on_detached(Port&) {
  ports_.on_detached();
  if (ports_.attached() != 0) return;
  const auto ended = std::move(ended_);
  ended();
}

void SlotSession::on_packet(Port& port, const PacketRead& packet, PacketLoop&, base::SteadyTime now) {
  const std::optional<RtpLeg::Arrival> arrival =
      leg_.let_in(port.protocol, packet.buffer, packet.octets, packet.source, Opening::decrypt, now);
  if (!arrival || arrival->is_rtcp) return;
  const std::optional<RtpPacket> rtp = parse_rtp(packet.buffer.first(arrival->octets));
  if (!rtp || !voice_ || !receives(leg_.direction())) return leg_.count_not_forwarded(false);
  voice_->put(*rtp, now);
}

void SlotSession::frame(base::SteadyTime now) {
  std::array<std::int16_t, kFrameOctets> audio{};
  slot_.hear(audio);
  if (voice_ && sends(leg_.direction()) && leg_.way_out(false)) {
    voice_->from_slot(audio);
    packets_.send(leg_, ports_, loop_, [this](std::span<std::uint8_t> out) { return voice_->next(out); });
  } else if (voice_) {
    voice_->skip();
  }
  audio.fill(0);
  if (voice_) voice_->to_slot(now, audio);
  slot_.say(audio);
}

}  // namespace cadenas::media::tdm
