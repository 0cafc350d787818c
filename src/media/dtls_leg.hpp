#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/endpoint.hpp"
#include "media/dtls_association.hpp"
#include "media/dtls_counters.hpp"
#include "media/dtls_keys.hpp"
#include "media/ice_peers.hpp"
#include "media/leg_media.hpp"
#include "media/leg_outlet.hpp"
#include "media/leg_work.hpp"
#include "media/own_packet.hpp"

namespace cadenas::media {

/// Whether a datagram on a media port is DTLS, by its first octet (RFC 7983 §7).
constexpr bool is_dtls(std::uint8_t first_octet) {
  return first_octet >= 20 && first_octet <= 63;
}

/// DTLS on one port of a leg: who may shake hands, with what patience, and what waits to be read. One association
/// at a time. It stays where it is as long as packets of it may be leaving. One media thread.
///
/// A stranger who finds the port must not make us work, nor stand in the way of the peer. Cookies (RFC 6347 §4.2.1)
/// would only show that an address is real, at the price of a round trip before each call is heard, and as in WebRTC we
/// send none. Instead: only hosts that latching allows are listened to at all; nothing is made before a ClientHello
/// came; a handshake belongs to the address it began with, until it is done, failed, or made way for one from the
/// address that was signalled; and handshakes begin half a second apart. So a stranger gets a flight of some 900 octets
/// and 0.2 ms of work twice a second at most, and the peer's own ClientHello is repeated until it gets through.
///
/// With ICE it is simpler: who has made a valid check is the peer, wherever it was signalled, and nobody else is
/// listened to. Our own ClientHello waits for a nomination (RFC 8445 §12.1.1, RFC 8842 §6). A peer that is ahead of its
/// nomination with one of its own is answered where it is.
class DtlsLeg final : public LegWorker {
 public:
  /// The keys of a handshake, and where the peer that they are shared with is. Called within `work`.
  using Established = std::function<void(DtlsKeys, const base::Endpoint& peer)>;

  /// By what its datagrams leave.
  struct Way {
    LegOutlet& outlet;
    Protocol port;
  };
  /// `work`, `way.outlet` and `counters` outlive it.
  DtlsLeg(LegWork& work, const Way& way, DtlsCounters& counters, Established established);
  ~DtlsLeg() { work_.forget(*this); }
  DtlsLeg(const DtlsLeg&) = delete;
  DtlsLeg& operator=(const DtlsLeg&) = delete;

  /// Whom hands are shaken with: who is where signalling says, or with ICE who has made checks.
  struct Reach {
    base::Endpoint signalled;
    Latching latching = Latching::off;
    const IcePeers* peers = nullptr;  ///< with ICE; outlives the leg
  };
  /// What signalling says now. True if that is the association which is there, and it goes on.
  bool configure(DtlsParams params, const Reach& reach);
  /// With ICE, the peer nominated another address.
  void peer_moved();
  /// The leg has keys of another kind, or none.
  void stop();

  /// A datagram of DTLS from the network, before the first `configure` too. Copies it for later, or counts and drops
  /// it. Does not allocate.
  void put(base::ByteView datagram, const base::Endpoint& source, base::SteadyTime now);

  void work(base::SteadyTime now) override;
  void expire(base::SteadyTime now) override;

 private:
  static constexpr std::size_t kInbox = 8;  // a flight of a peer with a long chain
  static constexpr std::size_t kLargest = 1800;
  struct Waiting {
    base::Endpoint source;
    std::size_t octets = 0;
    std::array<std::uint8_t, kLargest> datagram;
  };

  bool is_established() const { return association_ && state_ == DtlsState::established; }
  /// Where the peer is by signalling or by nomination; not set: not known.
  const base::Endpoint& goal() const { return reach_.peers ? reach_.peers->destination() : reach_.signalled; }
  bool is_peer(const base::Endpoint& source) const;
  bool is_allowed(const base::Endpoint& source) const;
  bool may_begin(const base::Endpoint& source, base::SteadyTime now) const;
  bool is_wanted(base::ByteView datagram, const base::Endpoint& source, base::SteadyTime now) const;
  void begin(const base::Endpoint& peer, base::SteadyTime now);
  void begin_as_client(base::SteadyTime now);
  void read(const Waiting& waiting, base::SteadyTime now);
  void settle(DtlsAssociation::State state, base::SteadyTime now);
  void set_timer(base::SteadyTime now);
  void send(base::ByteView datagram);
  void enter(DtlsState state);

  LegWork& work_;
  Way way_;
  DtlsCounters& counters_;
  Established on_established_;
  std::optional<DtlsParams> params_;
  Reach reach_;
  DtlsState state_ = DtlsState::waiting;
  std::optional<DtlsAssociation> association_;
  base::Endpoint peer_;  // the association's; not set: nobody was heard
  base::SteadyTime began_{};
  std::optional<base::SteadyTime> earliest_;  // for the next handshake
  base::Millis retry_{};                      // how long the active end waits after the next failure
  std::array<Waiting, kInbox> inbox_;
  std::size_t first_ = 0;
  std::size_t waiting_ = 0;
  std::array<OwnPacket, kInbox> packets_;
};

}  // namespace cadenas::media
