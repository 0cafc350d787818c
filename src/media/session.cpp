#include "media/session.hpp"

#include <utility>

namespace cadenas::media {

void Session::configure(Side side, LegMedia media) {
  leg(side).configure(std::move(media));
  find_shared_keys();
}

void Session::find_shared_keys() {
  for (const Side from : {Side::a, Side::b}) {
    SendKeys& out = leg(other(from)).send_keys();
    const bool shared = !out.empty() && leg(from).receive_keys().is_current(out.params());
    shares_key_[static_cast<std::size_t>(from)] = shared;
    if (shared) out.leave_to_peer();
  }
}

std::optional<Departure> Session::relay(Side from, Protocol port, std::span<std::uint8_t> buffer, std::size_t octets,
                                        const base::Endpoint& source, base::SteadyTime now) {
  // Shared keys: it stays as the peer encrypted it, since the other leg has the key.
  const bool shared = shares_key_[static_cast<std::size_t>(from)];
  const std::optional<RtpLeg::Arrival> arrival =
      leg(from).let_in(port, buffer, octets, source, shared ? Opening::verify_only : Opening::decrypt, now);
  if (!arrival) return std::nullopt;
  if (shared && !arrival->by_current) {
    // A late packet under the key before a re-key. To encrypt it under a key that the peer numbers would risk using a
    // keystream twice; it is one packet of a moment that is over.
    leg(from).count_not_forwarded(arrival->is_rtcp);
    return std::nullopt;
  }
  std::optional<Departure> departure = forward(from, *arrival, buffer, shared);
  if (departure && shared) counters_->passed_through.add();
  return departure;
}

std::optional<Departure> Session::forward(Side from, const RtpLeg::Arrival& arrival, std::span<std::uint8_t> buffer,
                                          bool pass_through) {
  const Side to = other(from);
  RtpLeg& in = leg(from);
  RtpLeg& out = leg(to);
  const bool on_hold = !arrival.is_rtcp && !(receives(in.direction()) && sends(out.direction()));
  const std::optional<RtpLeg::WayOut> way = out.way_out(arrival.is_rtcp);
  if (on_hold || !way) {
    in.count_not_forwarded(arrival.is_rtcp);
    return std::nullopt;
  }

  bool header_changed = false;
  if (!arrival.is_rtcp && !in.payload_types().is_identity()) {
    std::uint8_t& octet = buffer[1];
    const auto mapped = static_cast<std::uint8_t>((octet & 0x80) | in.payload_types()[octet & 0x7f]);
    header_changed = mapped != octet;
    octet = mapped;
  }
  std::size_t octets = arrival.octets;
  if (!pass_through) {
    if (!out.protect(buffer, octets, arrival.is_rtcp)) return std::nullopt;
  } else if (header_changed && !out.send_keys().rtp().sign_again(buffer.first(octets), arrival.index)) {
    out.count_unsent(arrival.is_rtcp);
    return std::nullopt;
  }
  return Departure{to, way->port, arrival.is_rtcp, out.encrypts(arrival.is_rtcp), octets, way->destination};
}

}  // namespace cadenas::media
