#include "media/session.hpp"

#include <utility>

#include "media/rtcp.hpp"
#include "media/rtp.hpp"

namespace cadenas::media {
namespace {

/// Whether a packet that did not authenticate is plainly not SRTP: a phone that sends in clear though it was told not
/// to deserves another word than a forger. Exact for SRTCP, whose length is two above a multiple of four; for RTP it
/// knows the codecs of RFC 3551 §4.5 with whole 10 ms frames of 80 octets, which no tag keeps a multiple of 80.
bool is_plainly_clear(base::ByteView packet, bool is_rtcp) {
  if (is_rtcp) return is_rtcp_compound(packet);
  const std::optional<RtpPacket> rtp = parse_rtp(packet);
  if (!rtp) return false;
  const std::uint8_t type = rtp->header.payload_type;
  constexpr std::uint8_t pcmu = 0, pcma = 8, g722 = 9;
  return (type == pcmu || type == pcma || type == g722) && !rtp->payload.empty() && rtp->payload.size() % 80 == 0;
}

}  // namespace

struct Session::Arrival {
  Side from;
  bool is_rtcp;
  std::span<std::uint8_t> buffer;
  std::size_t octets;
  const base::Endpoint& source;
  Leg& leg;
  Latch& latch;
  FlowCounters& counters;
  SideCounters& side_counters;
  bool pass_through = false;  // still as the peer encrypted it, and the other leg has the key
  std::uint64_t index = 0;    // SRTP index, when passed through

  base::ByteView packet() const { return buffer.first(octets); }
};

void Session::configure(Side side, LegMedia media) {
  Leg& l = leg(side);
  if (media.receive) {
    l.receive.set(std::move(*media.receive));
  } else {
    l.receive.clear();
  }
  if (media.send) {
    l.send.set(std::move(*media.send));
  } else {
    l.send.clear();
  }
  base::Endpoint rtcp = media.remote_rtcp;
  if (!rtcp.is_set() && media.remote_rtp.is_set()) {
    rtcp = media.remote_rtp.with_port(static_cast<std::uint16_t>(media.remote_rtp.port() + 1));
  }
  l.rtp.signal(media.remote_rtp, media.latching);
  l.rtcp.signal(rtcp, media.latching);
  l.srtp_only = media.srtp_only;
  l.rtcp_mux = media.rtcp_mux;
  l.direction = media.direction;
  l.payload_types = media.payload_types;
  l.configured = true;
  find_shared_keys();
  const auto suite_if = [](bool is_set, auto get) { return is_set ? std::optional<Suite>(get()) : std::nullopt; };
  counters_->side(side).set_suites(suite_if(!l.receive.empty(), [&] { return l.receive.suite(); }),
                                   suite_if(!l.send.empty(), [&] { return l.send.params().suite; }));
}

void Session::find_shared_keys() {
  for (const Side from : {Side::a, Side::b}) {
    SendKeys& out = leg(other(from)).send;
    const bool shared = !out.empty() && leg(from).receive.is_current(out.params());
    shares_key_[static_cast<std::size_t>(from)] = shared;
    if (shared) out.leave_to_peer();
  }
}

std::optional<Departure> Session::relay(Side from, Protocol port, std::span<std::uint8_t> buffer, std::size_t octets,
                                        const base::Endpoint& source, base::SteadyTime now) {
  Leg& l = leg(from);
  SideCounters& side_counters = counters_->side(from);
  const base::ByteView packet = buffer.first(octets);
  const bool shared_port = port == Protocol::rtp && l.rtcp_mux;
  const bool rtcp = port == Protocol::rtcp || (shared_port && is_rtcp(packet));
  Arrival arrival{from,
                  rtcp,
                  buffer,
                  octets,
                  source,
                  l,
                  port == Protocol::rtp ? l.rtp : l.rtcp,
                  rtcp ? side_counters.rtcp : side_counters.rtp,
                  side_counters};
  if (!l.configured) {
    arrival.counters.rx_early.add();
    return std::nullopt;
  }
  if (!(l.receive.empty() ? let_in_clear(arrival) : let_in_authentic(arrival))) return std::nullopt;
  if (!rtcp) side_counters.let_in(read_u32(arrival.packet(), 8), now);
  std::optional<Departure> departure = forward(arrival);
  if (departure && arrival.pass_through) counters_->passed_through.add();
  return departure;
}

bool Session::let_in_clear(Arrival& arrival) {
  const bool well_formed =
      arrival.is_rtcp ? is_rtcp_compound(arrival.packet()) : parse_rtp(arrival.packet()).has_value();
  if (!well_formed) {
    arrival.counters.rx_malformed.add();
    return false;
  }
  if (arrival.leg.srtp_only) {
    arrival.counters.rx_clear_refused.add();
    return false;
  }
  const base::Endpoint before = arrival.latch.destination();
  if (!arrival.latch.admit_clear(arrival.source)) {
    arrival.counters.rx_wrong_source.add();
    return false;
  }
  if (&arrival.latch == &arrival.leg.rtp && !(arrival.latch.destination() == before)) arrival.side_counters.moved.add();
  arrival.counters.rx_clear.add();
  arrival.counters.rx_clear_octets.add(arrival.octets);
  return true;
}

bool Session::let_in_authentic(Arrival& arrival) {
  const bool shared = shares_key_[static_cast<std::size_t>(arrival.from)];
  const Opening opening = shared ? Opening::verify_only : Opening::decrypt;
  const std::span<std::uint8_t> packet = arrival.buffer.first(arrival.octets);
  ReceiveKeys& keys = arrival.leg.receive;
  const ReceiveKeys::Opened opened = arrival.is_rtcp ? keys.open_rtcp(packet, opening) : keys.open_rtp(packet, opening);
  switch (opened.receipt.status) {
    case SrtpStatus::ok:
      break;
    case SrtpStatus::auth_failed:
      (is_plainly_clear(packet, arrival.is_rtcp) ? arrival.counters.rx_clear_refused : arrival.counters.rx_auth_failed)
          .add();
      return false;
    case SrtpStatus::replayed:
      arrival.counters.rx_replayed.add();
      return false;
    case SrtpStatus::limit:
      arrival.counters.rx_limit.add();
      return false;
    case SrtpStatus::too_short:
    case SrtpStatus::malformed:
      arrival.counters.rx_malformed.add();
      return false;
  }
  arrival.counters.rx_authenticated.add();
  arrival.counters.rx_authenticated_octets.add(arrival.octets);
  if (opened.receipt.is_newest && !(arrival.source == arrival.latch.destination())) {
    const base::Endpoint before = arrival.latch.destination();
    arrival.latch.follow_authentic(arrival.source);
    if (&arrival.latch == &arrival.leg.rtp && !(arrival.latch.destination() == before)) {
      arrival.side_counters.moved.add();
    }
  }
  arrival.octets = opened.receipt.octets;
  arrival.index = opened.receipt.index;
  arrival.pass_through = shared && opened.by_current;
  if (shared && !opened.by_current) {
    // A late packet under the key before a re-key. To encrypt it under a key that the peer numbers would risk using a
    // keystream twice; it is one packet of a moment that is over.
    arrival.counters.rx_not_forwarded.add();
    return false;
  }
  return true;
}

std::optional<Departure> Session::forward(Arrival& arrival) {
  const Side to = other(arrival.from);
  Leg& out = leg(to);
  const bool on_hold = !arrival.is_rtcp && !(receives(arrival.leg.direction) && sends(out.direction));
  const Protocol port = arrival.is_rtcp && !out.rtcp_mux ? Protocol::rtcp : Protocol::rtp;
  const base::Endpoint& destination = port == Protocol::rtp ? out.rtp.destination() : out.rtcp.destination();
  const bool must_encrypt = !out.send.empty();
  if (!out.configured || on_hold || !destination.is_set() || destination.port() == 0 ||
      (out.srtp_only && !must_encrypt)) {
    arrival.counters.rx_not_forwarded.add();
    return std::nullopt;
  }

  bool header_changed = false;
  if (!arrival.is_rtcp && !arrival.leg.payload_types.is_identity()) {
    std::uint8_t& octet = arrival.buffer[1];
    const auto mapped = static_cast<std::uint8_t>((octet & 0x80) | arrival.leg.payload_types[octet & 0x7f]);
    header_changed = mapped != octet;
    octet = mapped;
  }
  bool ready = true;
  if (arrival.pass_through) {
    ready = !header_changed || out.send.rtp().sign_again(arrival.buffer.first(arrival.octets), arrival.index);
  } else if (must_encrypt) {
    ready = !out.send.is_left_to_peer() &&
            (arrival.is_rtcp ? out.send.rtcp().protect(arrival.buffer, arrival.octets)
                             : out.send.rtp().protect(arrival.buffer, arrival.octets)) == SrtpStatus::ok;
  }
  if (!ready) {
    SideCounters& counters = counters_->side(to);
    (arrival.is_rtcp ? counters.rtcp : counters.rtp).tx_errors.add();
    return std::nullopt;
  }
  return Departure{to, port, arrival.is_rtcp, must_encrypt, arrival.octets, destination};
}

void Session::sent(const Departure& departure, bool accepted) {
  SideCounters& side_counters = counters_->side(departure.side);
  FlowCounters& counters = departure.is_rtcp ? side_counters.rtcp : side_counters.rtp;
  if (!accepted) {
    counters.tx_errors.add();
  } else if (departure.is_encrypted) {
    counters.tx_encrypted.add();
    counters.tx_encrypted_octets.add(departure.octets);
  } else {
    counters.tx_clear.add();
    counters.tx_clear_octets.add(departure.octets);
  }
}

}  // namespace cadenas::media
