#include "media/rtp_leg.hpp"

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

void RtpLeg::configure(LegMedia media) {
  if (!media.remote_rtcp.is_set() && media.remote_rtp.is_set()) {
    media.remote_rtcp = media.remote_rtp.with_port(static_cast<std::uint16_t>(media.remote_rtp.port() + 1));
  }
  configure_way(media);
  configure_keys(media);
  srtp_only_ = media.srtp_only || uses_dtls_;
  rtcp_mux_ = media.rtcp_mux;
  direction_ = media.direction;
  payload_types_ = media.payload_types;
  configured_ = true;
  say_suites();
}

void RtpLeg::configure_way(LegMedia& media) {
  if (media.ice) {
    static const IcePeers nobody{};
    if (place_.work) ice().configure(std::move(*media.ice));
    rtp_.follow_checks(ice_ ? ice_->peers() : nobody);
    rtcp_.follow_checks(nobody);  // RTCP shares the other port
    return;
  }
  rtp_.signal(media.remote_rtp, media.latching);
  rtcp_.signal(media.remote_rtcp, media.latching);
  if (ice_) ice_->stop();
}

void RtpLeg::configure_keys(LegMedia& media) {
  const bool used_dtls = std::exchange(uses_dtls_, media.dtls.has_value());
  has_own_rtcp_ = uses_dtls_ && !media.rtcp_mux;
  if (has_own_rtcp_) {
    shake_hands(Protocol::rtcp, *media.dtls, {media.remote_rtcp, media.latching});
  } else {
    stop_shaking(Protocol::rtcp);
    keys_of(Protocol::rtcp).clear();
  }
  if (uses_dtls_) {
    const IcePeers* const peers = media.ice && ice_ ? &ice_->peers() : nullptr;
    return shake_hands(Protocol::rtp, std::move(*media.dtls), {media.remote_rtp, media.latching, peers});
  }
  stop_shaking(Protocol::rtp);
  Keys& keys = keys_of(Protocol::rtp);
  if (used_dtls) keys.clear();
  if (media.receive) {
    keys.receive.set(std::move(*media.receive));
  } else {
    keys.receive.clear();
  }
  if (media.send) {
    keys.send.set(std::move(*media.send));
  } else {
    keys.send.clear();
  }
}

void RtpLeg::shake_hands(Protocol port, DtlsParams params, const DtlsLeg::Reach& reach) {
  const bool goes_on = place_.work && dtls(port).configure(std::move(params), reach);
  // Keys of another kind, or another peer's: nothing of the ones before is good any more.
  if (!goes_on) keys_of(port).clear();
}

void RtpLeg::stop_shaking(Protocol port) {
  if (const auto& dtls = dtls_[static_cast<std::size_t>(port)]) dtls->stop();
}

DtlsLeg& RtpLeg::dtls(Protocol port) {
  std::unique_ptr<DtlsLeg>& dtls = dtls_[static_cast<std::size_t>(port)];
  if (!dtls) {
    dtls = std::make_unique<DtlsLeg>(
        *place_.work, DtlsLeg::Way{*place_.outlet, port}, counters_.dtls_of(port),
        [this, port](DtlsKeys keys, const base::Endpoint& peer) { take_keys(port, std::move(keys), peer); });
  }
  return *dtls;
}

IceLeg& RtpLeg::ice() {
  if (!ice_) {
    ice_ = std::make_unique<IceLeg>(*place_.work, *place_.outlet, counters_.ice, [this](bool elsewhere) {
      if (elsewhere) counters_.moved.add();
      if (const auto& dtls = dtls_[static_cast<std::size_t>(Protocol::rtp)]) dtls->peer_moved();
    });
  }
  return *ice_;
}

void RtpLeg::take_keys(Protocol port, DtlsKeys keys, const base::Endpoint& peer) {
  keys_of(port).receive.set(std::move(keys.receive));
  keys_of(port).send.set(std::move(keys.send));
  // Who proved to be the peer from there is heard there.
  (port == Protocol::rtp ? rtp_ : rtcp_).follow_authentic(peer);
  say_suites();
}

void RtpLeg::say_suites() {
  const auto suite_if = [](bool is_set, auto get) { return is_set ? std::optional<Suite>(get()) : std::nullopt; };
  const Keys& keys = keys_of(Protocol::rtp);
  counters_.set_suites(suite_if(!keys.receive.empty(), [&] { return keys.receive.suite(); }),
                       suite_if(!keys.send.empty(), [&] { return keys.send.params().suite; }));
}

bool RtpLeg::take_stun(Protocol port, base::ByteView packet, const base::Endpoint& source, base::SteadyTime now) {
  if (!ice_ || !ice_->is_used() || port != Protocol::rtp || packet.empty() || !is_stun(packet[0])) return false;
  ice_->put(packet, source, now);
  return true;
}

bool RtpLeg::take_dtls(Protocol port, base::ByteView packet, const base::Endpoint& source, base::SteadyTime now) {
  // An early one is kept where every handshake needs it; RTCP can wait for the peer to repeat its own.
  const bool may_be = port == Protocol::rtp ? uses_dtls_ || !configured_ : has_own_rtcp_;
  if (!may_be || packet.empty() || !is_dtls(packet[0]) || !place_.work) return false;
  dtls(port).put(packet, source, now);
  return true;
}

std::optional<RtpLeg::Arrival> RtpLeg::let_in(Protocol port, std::span<std::uint8_t> buffer, std::size_t octets,
                                              const base::Endpoint& source, Opening opening, base::SteadyTime now) {
  const std::span<std::uint8_t> packet = buffer.first(octets);
  const bool shared_port = port == Protocol::rtp && rtcp_mux_;
  const bool rtcp = port == Protocol::rtcp || (shared_port && is_rtcp(packet));
  if (take_stun(port, packet, source, now) || take_dtls(port, packet, source, now)) return std::nullopt;
  if (!configured_) {
    flow(rtcp).rx_early.add();
    return std::nullopt;
  }
  Latch& latch = port == Protocol::rtp ? rtp_ : rtcp_;
  if (!latch.hears(source)) {
    flow(rtcp).rx_wrong_source.add();
    return std::nullopt;
  }
  // Where RTCP shares the port of RTP, nobody shook hands on the other.
  const bool is_without_keys = keys(rtcp).receive.empty() || (port == Protocol::rtcp && rtcp_mux_);
  if (uses_dtls_ && is_without_keys) {
    count_without_keys(packet, rtcp);
    return std::nullopt;
  }
  std::optional<Arrival> arrival;
  if (!keys(rtcp).receive.empty()) {
    arrival = let_in_authentic(packet, rtcp, latch, source, opening);
  } else if (let_in_clear(packet, rtcp, latch, source)) {
    arrival = Arrival{octets, rtcp};
  }
  if (arrival && !rtcp) counters_.let_in(read_u32(packet, 8), now);
  return arrival;
}

/// A peer that shook hands may be ahead of us; one that sends in clear is told apart.
void RtpLeg::count_without_keys(base::ByteView packet, bool is_rtcp) {
  FlowCounters& counters = flow(is_rtcp);
  if (packet.size() < 8 || packet[0] >> 6 != 2) {
    counters.rx_malformed.add();
  } else {
    (is_plainly_clear(packet, is_rtcp) ? counters.rx_clear_refused : counters.rx_early).add();
  }
}

bool RtpLeg::let_in_clear(base::ByteView packet, bool is_rtcp, Latch& latch, const base::Endpoint& source) {
  FlowCounters& counters = flow(is_rtcp);
  if (!(is_rtcp ? is_rtcp_compound(packet) : parse_rtp(packet).has_value())) {
    counters.rx_malformed.add();
    return false;
  }
  if (srtp_only_) {
    counters.rx_clear_refused.add();
    return false;
  }
  const base::Endpoint before = latch.destination();
  if (!latch.admit_clear(source)) {
    counters.rx_wrong_source.add();
    return false;
  }
  if (&latch == &rtp_ && !(latch.destination() == before)) counters_.moved.add();
  counters.rx_clear.add();
  counters.rx_clear_octets.add(packet.size());
  return true;
}

std::optional<RtpLeg::Arrival> RtpLeg::let_in_authentic(std::span<std::uint8_t> packet, bool is_rtcp, Latch& latch,
                                                        const base::Endpoint& source, Opening opening) {
  FlowCounters& counters = flow(is_rtcp);
  ReceiveKeys& receive = keys(is_rtcp).receive;
  const ReceiveKeys::Opened opened = is_rtcp ? receive.open_rtcp(packet, opening) : receive.open_rtp(packet, opening);
  switch (opened.receipt.status) {
    case SrtpStatus::ok:
      break;
    case SrtpStatus::auth_failed:
      (is_plainly_clear(packet, is_rtcp) ? counters.rx_clear_refused : counters.rx_auth_failed).add();
      return std::nullopt;
    case SrtpStatus::replayed:
      counters.rx_replayed.add();
      return std::nullopt;
    case SrtpStatus::limit:
      counters.rx_limit.add();
      return std::nullopt;
    case SrtpStatus::too_short:
    case SrtpStatus::malformed:
      counters.rx_malformed.add();
      return std::nullopt;
  }
  counters.rx_authenticated.add();
  counters.rx_authenticated_octets.add(packet.size());
  if (opened.receipt.is_newest && !(source == latch.destination())) {
    const base::Endpoint before = latch.destination();
    latch.follow_authentic(source);
    if (&latch == &rtp_ && !(latch.destination() == before)) counters_.moved.add();
  }
  return Arrival{opened.receipt.octets, is_rtcp, opened.by_current, opened.receipt.index};
}

std::optional<RtpLeg::WayOut> RtpLeg::way_out(bool is_rtcp) const {
  const Protocol port = is_rtcp && !rtcp_mux_ ? Protocol::rtcp : Protocol::rtp;
  const base::Endpoint& destination = port == Protocol::rtp ? rtp_.destination() : rtcp_.destination();
  if (!configured_ || !destination.is_set() || destination.port() == 0 || (srtp_only_ && !encrypts(is_rtcp))) {
    return std::nullopt;
  }
  return WayOut{port, destination};
}

bool RtpLeg::protect(std::span<std::uint8_t> buffer, std::size_t& octets, bool is_rtcp) {
  SendKeys& send = keys(is_rtcp).send;
  if (send.empty()) return true;
  const bool ready = !send.is_left_to_peer() && (is_rtcp ? send.rtcp().protect(buffer, octets)
                                                         : send.rtp().protect(buffer, octets)) == SrtpStatus::ok;
  if (!ready) count_unsent(is_rtcp);
  return ready;
}

void RtpLeg::sent(const Departure& departure, bool accepted) {
  if (departure.content != Content::media) {
    if (departure.content == Content::dtls && accepted) counters_.dtls_of(departure.protocol).tx_sent.add();
    return;
  }
  FlowCounters& counters = flow(departure.is_rtcp);
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
