#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "media/dtls_stats.hpp"
#include "media/ice_stats.hpp"
#include "media/leg_media.hpp"

namespace cadenas::media {

/// The proof: what one leg's RTP (or RTCP) really was on the wire. Packets, unless the name says octets; octets are
/// UDP payload as received or sent, tags included. Each received packet is in exactly one of the rx_ counts (the first
/// two count packets that were let in; `rx_not_forwarded` are those of them that were not passed on).
struct FlowStats {
  std::uint64_t rx_authenticated = 0;  ///< SRTP, tag verified, not seen before
  std::uint64_t rx_authenticated_octets = 0;
  std::uint64_t rx_clear = 0;  ///< plain RTP on a leg that is clear
  std::uint64_t rx_clear_octets = 0;
  std::uint64_t rx_auth_failed = 0;    ///< wrong key, forged, or damaged: dropped
  std::uint64_t rx_replayed = 0;       ///< seen before or older than the window: dropped
  std::uint64_t rx_clear_refused = 0;  ///< plain RTP on a leg that must be SRTP: dropped
  std::uint64_t rx_malformed = 0;      ///< not RTP at all: dropped
  std::uint64_t rx_wrong_source = 0;   ///< not from the latched address (clear) or one that was checked (ICE)
  std::uint64_t rx_early = 0;          ///< before signalling or a DTLS handshake gave the keys for it: dropped
  std::uint64_t rx_limit = 0;          ///< too many SSRCs, or a key used up (RFC 3711 §9.2): dropped
  std::uint64_t rx_not_forwarded = 0;  ///< leg on hold, or the other leg has no address or no key yet
  std::uint64_t rx_relayed = 0;        ///< let in by an external relay: its word, not counted proof
  std::uint64_t rx_relay_errors = 0;   ///< refused by an external relay, for whatever reason
  std::uint64_t tx_encrypted = 0;
  std::uint64_t tx_encrypted_octets = 0;
  std::uint64_t tx_clear = 0;
  std::uint64_t tx_clear_octets = 0;
  std::uint64_t tx_errors = 0;  ///< refused by the cipher's limits or by the kernel

  friend bool operator==(const FlowStats&, const FlowStats&) = default;
};

struct SideStats {
  FlowStats rtp;
  FlowStats rtcp;
  std::optional<Suite> receive_suite;           ///< in force now; none: clear
  std::optional<Suite> send_suite;              ///< in force now; none: clear
  bool configured = false;                      ///< signalling has described this leg
  std::optional<std::uint32_t> receive_ssrc;    ///< of the last RTP packet let in
  std::optional<base::SteadyTime> last_packet;  ///< when the last RTP packet was let in
  std::uint64_t moved = 0;                      ///< how often latching or a nomination moved where we send RTP
  std::optional<DtlsStats> dtls{};              ///< where the keys come from a DTLS handshake (DTLS-SRTP)
  std::optional<DtlsStats> rtcp_dtls{};         ///< the same of RTCP, where that has a port and keys of its own
  std::optional<IceStats> ice{};                ///< where the peer's checks say where it is

  /// Voice was received and every packet of it was authenticated.
  bool receives_encrypted() const { return rtp.rx_authenticated > 0 && rtp.rx_clear == 0; }
  /// Voice was sent and every packet of it was encrypted.
  bool sends_encrypted() const { return rtp.tx_encrypted > 0 && rtp.tx_clear == 0; }

  friend bool operator==(const SideStats&, const SideStats&) = default;
};

struct SessionStats {
  SideStats a;
  SideStats b;
  std::uint64_t passed_through = 0;  ///< packets relayed without a new encryption because both legs share the key
  std::string relay{};               ///< the external relay that carries the session; empty: the board of this system
  bool lost = false;                 ///< the external relay does not have the session any more

  const SideStats& side(Side s) const { return s == Side::a ? a : b; }

  friend bool operator==(const SessionStats&, const SessionStats&) = default;
};

}  // namespace cadenas::media
