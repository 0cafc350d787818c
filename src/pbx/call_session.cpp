#include "pbx/call_session.hpp"

#include <utility>

#include "pbx/media_sessions.hpp"
#include "pbx/slot_description.hpp"
#include "pbx/tdm_media.hpp"

namespace cadenas::pbx {

namespace {

using media::Side;
using media::tdm::PortId;

const PortId& port_at(const CallSession& session, Side side) {
  return std::get<PortId>(session.end(side));
}

bool is_slot(const CallSession& session, Side side) {
  return std::holds_alternative<PortId>(session.end(side));
}

LocalMedia place_of(const base::Endpoint& endpoint, std::vector<media::DtlsFingerprint> dtls) {
  return {endpoint.address(), endpoint.port(), std::move(dtls)};
}

CallStats with_slot(const CallSession& session, const media::tdm::SlotSessionStats& stats) {
  CallStats out;
  const Side slot = *session.slot_side();
  (slot == Side::a ? out.packets.b : out.packets.a) = stats.leg;
  out.slots[static_cast<std::size_t>(slot)] = stats.slot;
  return out;
}

}  // namespace

std::optional<Side> CallSession::slot_side() const {
  if (is_slot(*this, Side::a)) return Side::a;
  if (is_slot(*this, Side::b)) return Side::b;
  return std::nullopt;
}

bool CallSession::is_on_bus() const {
  return is_slot(*this, Side::a) && is_slot(*this, Side::b);
}

void CallSessions::open(std::uint64_t id, const MediaEnd& a, const MediaEnd& b, bool dtls, base::Loop& answer_on,
                        const Opened& opened) {
  CallSession session{id, {a, b}, {slot_place(), slot_place()}};
  if (session.has_slot()) return open_with_slot(std::move(session), opened);
  packets_.open(
      id, std::get<media::AddressFamily>(a), std::get<media::AddressFamily>(b), dtls, answer_on,
      [&packets = packets_, session = std::move(session), opened](const base::Result<media::SessionPorts>& ports) {
        if (!ports) return opened(tl::unexpected(ports.error()));
        CallSession open = session;
        const auto shown = packets.dtls_fingerprints(open.id);
        open.local = {place_of(ports->a, shown), place_of(ports->b, shown)};
        opened(std::move(open));
      });
}

void CallSessions::open_with_slot(CallSession session, const Opened& opened) {
  if (!tdm_) return opened(base::fail("tdm.none", "This system has no TDM bus."));
  if (session.is_on_bus()) {
    const auto joined = tdm_->join(port_at(session, Side::a), port_at(session, Side::b));
    if (!joined) return opened(tl::unexpected(joined.error()));
    return opened(std::move(session));
  }
  const Side slot = *session.slot_side();
  const Side leg = media::other(slot);
  const auto here = tdm_->open(session.id, port_at(session, slot), std::get<media::AddressFamily>(session.end(leg)));
  if (!here) return opened(tl::unexpected(here.error()));
  session.local[static_cast<std::size_t>(leg)] = place_of(*here, packets_.dtls_fingerprints(session.id));
  opened(std::move(session));
}

base::Result<void> CallSessions::configure(const CallSession& session, Side side, const PartyMedia& party) {
  if (!session.has_slot()) return packets_.configure(session.id, side, party.board_leg());
  if (is_slot(session, side)) return {};
  auto audio = slot_audio(party.local_audio(), party.remote_audio());
  if (!audio) return tl::unexpected(audio.error());
  return tdm_->configure(session.id, party.board_leg(), std::move(*audio));
}

std::optional<CallStats> CallSessions::on_bus(const CallSession& session) const {
  CallStats out;
  out.slots = {tdm_->slot(port_at(session, Side::a)), tdm_->slot(port_at(session, Side::b))};
  return out;
}

std::optional<CallStats> CallSessions::stats(const CallSession& session) const {
  if (!session) return std::nullopt;
  if (session.is_on_bus()) return on_bus(session);
  if (session.has_slot()) {
    const auto stats = tdm_->stats(session.id);
    if (!stats) return std::nullopt;
    return with_slot(session, *stats);
  }
  const auto stats = packets_.stats(session.id);
  if (!stats) return std::nullopt;
  return CallStats{*stats};
}

void CallSessions::close(const CallSession& session, base::Loop& answer_on, const Closed& closed) {
  if (session.is_on_bus()) {
    const auto stats = on_bus(session);
    tdm_->part(port_at(session, Side::a));
    return closed(stats);
  }
  if (session.has_slot()) {
    const auto stats = tdm_->close(session.id);
    if (!stats) return closed(std::nullopt);
    return closed(with_slot(session, *stats));
  }
  packets_.close(session.id, answer_on, [closed](const std::optional<media::SessionStats>& stats) {
    if (!stats) return closed(std::nullopt);
    closed(CallStats{*stats});
  });
}

void CallSessions::dial(const CallSession& session, char digit) {
  if (session.has_slot() && !session.is_on_bus()) tdm_->dial(session.id, digit);
}

}  // namespace cadenas::pbx
