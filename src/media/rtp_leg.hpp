#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "base/clock.hpp"
#include "base/endpoint.hpp"
#include "media/departure.hpp"
#include "media/dtls_leg.hpp"
#include "media/ice_leg.hpp"
#include "media/latch.hpp"
#include "media/leg_media.hpp"
#include "media/leg_outlet.hpp"
#include "media/receive_keys.hpp"
#include "media/send_keys.hpp"
#include "media/side_counters.hpp"
#include "media/srtp_cipher.hpp"

namespace cadenas::media {

/// Where a leg's handshakes and answers to checks are done and by what they leave. Both outlive the leg; without them
/// it has neither DTLS nor ICE.
struct LegPlace {
  LegWork* work = nullptr;
  LegOutlet* outlet = nullptr;
};

/// One leg without its sockets: what is let in, how it is opened, how what goes out is protected and where it goes, and
/// the counting of all that. A relayed session has two, a member of a conference room one. One thread at a time.
class RtpLeg {
 public:
  /// `counters` outlives it.
  explicit RtpLeg(SideCounters& counters, LegPlace place = {}) : counters_(counters), place_(place) {}
  RtpLeg(const RtpLeg&) = delete;
  RtpLeg& operator=(const RtpLeg&) = delete;

  /// See LegMedia. Keys have the length of their suites. Without a LegPlace `media.dtls` and `media.ice` only close
  /// the leg. Allocates.
  void configure(LegMedia media);

  /// A packet that was let in: plain now, unless it was only verified.
  struct Arrival {
    std::size_t octets;       ///< without what SRTP added, unless only verified
    bool is_rtcp;             ///< what it is, which on a shared port is not what the port is
    bool by_current = true;   ///< clear, or authentic under the key in force and not the one before
    std::uint64_t index = 0;  ///< SRTP index; 0 if clear
  };
  /// Judges the packet in the first `octets` of `buffer`, which arrived on `port`, and opens it in place. Nothing if it
  /// is dropped, or a datagram of DTLS or STUN, which is kept or answered later (RFC 7983); the counters say why. Does
  /// not allocate except for the first packet of an SSRC, and of DTLS that is ahead of signalling.
  std::optional<Arrival> let_in(Protocol port, std::span<std::uint8_t> buffer, std::size_t octets,
                                const base::Endpoint& source, Opening opening, base::SteadyTime now);

  struct WayOut {
    Protocol port;
    const base::Endpoint& destination;
  };
  /// How a packet would leave. Nothing before signalling described the leg, without an address, or where it would be
  /// clear and must not.
  std::optional<WayOut> way_out(bool is_rtcp) const;
  /// Encrypts in place where the leg has a key: `buffer` has room for the tag behind `octets`. False, and counted, if
  /// the packet must not leave.
  bool protect(std::span<std::uint8_t> buffer, std::size_t& octets, bool is_rtcp);
  /// Counts what could not be made ready to leave.
  void count_unsent(bool is_rtcp) { flow(is_rtcp).tx_errors.add(); }
  /// Counts a packet that was let in and went nowhere.
  void count_not_forwarded(bool is_rtcp) { flow(is_rtcp).rx_not_forwarded.add(); }
  /// Counts what the kernel did with a packet of this leg.
  void sent(const Departure& departure, bool accepted);

  Direction direction() const { return direction_; }
  const PayloadTypeMap& payload_types() const { return payload_types_; }
  /// Of RTP, and of RTCP too unless that shook hands on a port of its own.
  const ReceiveKeys& receive_keys() const { return keys_of(Protocol::rtp).receive; }
  SendKeys& send_keys() { return keys_of(Protocol::rtp).send; }
  bool encrypts(bool is_rtcp) const { return !keys(is_rtcp).send.empty(); }

 private:
  struct Keys {
    ReceiveKeys receive;
    SendKeys send;

    void clear() {
      receive.clear();
      send.clear();
    }
  };
  Keys& keys_of(Protocol port) { return keys_[static_cast<std::size_t>(port)]; }
  const Keys& keys_of(Protocol port) const { return keys_[static_cast<std::size_t>(port)]; }
  /// Of what is RTCP, or is not.
  Keys& keys(bool is_rtcp) { return keys_of(is_rtcp && has_own_rtcp_ ? Protocol::rtcp : Protocol::rtp); }
  const Keys& keys(bool is_rtcp) const { return keys_of(is_rtcp && has_own_rtcp_ ? Protocol::rtcp : Protocol::rtp); }

  FlowCounters& flow(bool is_rtcp) { return is_rtcp ? counters_.rtcp : counters_.rtp; }
  bool take_stun(Protocol port, base::ByteView packet, const base::Endpoint& source, base::SteadyTime now);
  bool take_dtls(Protocol port, base::ByteView packet, const base::Endpoint& source, base::SteadyTime now);
  DtlsLeg& dtls(Protocol port);
  IceLeg& ice();
  void configure_way(LegMedia& media);
  void configure_keys(LegMedia& media);
  void shake_hands(Protocol port, DtlsParams params, const DtlsLeg::Reach& reach);
  void stop_shaking(Protocol port);
  void take_keys(Protocol port, DtlsKeys keys, const base::Endpoint& peer);
  void say_suites();
  void count_without_keys(base::ByteView packet, bool is_rtcp);
  bool let_in_clear(base::ByteView packet, bool is_rtcp, Latch& latch, const base::Endpoint& source);
  std::optional<Arrival> let_in_authentic(std::span<std::uint8_t> packet, bool is_rtcp, Latch& latch,
                                          const base::Endpoint& source, Opening opening);

  SideCounters& counters_;
  LegPlace place_;
  bool configured_ = false;
  bool srtp_only_ = false;
  bool uses_dtls_ = false;
  bool rtcp_mux_ = false;
  bool has_own_rtcp_ = false;  // RTCP has an association and keys of its own (RFC 5764 §4.1)
  Direction direction_ = Direction::inactive;
  PayloadTypeMap payload_types_;
  Latch rtp_;
  Latch rtcp_;
  std::array<Keys, 2> keys_;  // by port; both protocols have those of RTP, unless has_own_rtcp_
  // From the first need of them on: the kernel may still read what leaves.
  std::unique_ptr<IceLeg> ice_;
  std::array<std::unique_ptr<DtlsLeg>, 2> dtls_;  // by port
};

}  // namespace cadenas::media
