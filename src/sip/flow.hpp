#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/endpoint.hpp"
#include "pki/chain_keys.hpp"
#include "pki/peer_refusal.hpp"

namespace cadenas::sip {

/// `wss` is SIP in WebSocket messages over TLS (RFC 7118).
enum class Transport : std::uint8_t { udp, tcp, tls, wss };

/// "UDP", "TCP", "TLS", "WSS" as in a Via header (RFC 3261 §18.1.1, RFC 7118 §5.2).
constexpr std::string_view to_string(Transport t) {
  return t == Transport::udp ? "UDP" : t == Transport::tcp ? "TCP" : t == Transport::tls ? "TLS" : "WSS";
}
/// Whether messages travel inside TLS.
constexpr bool is_secure(Transport t) {
  return t == Transport::tls || t == Transport::wss;
}
/// All but UDP: no retransmission by the transaction layer (RFC 3261 §17).
constexpr bool is_reliable(Transport t) {
  return t != Transport::udp;
}

/// What the TLS handshake of a connection settled; immutable once the connection is up, shown by API and `explain`.
struct TlsFacts {
  std::string version;                    ///< "TLSv1.3"
  std::string cipher;                     ///< "TLS_AES_256_GCM_SHA384"
  std::string peer_subject;               ///< RFC 2253 form; empty where the peer showed no certificate
  std::string peer_serial;                ///< hex
  std::string peer_fingerprint;           ///< SHA-256, hex
  bool peer_verified = false;             ///< the peer's chain was verified against our trust anchors
  std::vector<std::string> peer_names{};  ///< CN, then SAN names and addresses, of a verified peer
  pki::ChainKeys peer_chain{};            ///< what the audit looks up (CERT-7); empty unless verified
  /// Why BOTHWAY would have refused the peer; nothing where its certificate was not asked for.
  std::optional<pki::PeerRefusal> peer_refusal{};
};

/// One flow (RFC 5626 §3): the UDP 4-tuple, or the TCP, TLS or WSS connection, by which a peer is reached. A value,
/// cheap to copy; everything sent on it must be sent on the loop it names.
struct Flow {
  unsigned loop = 0;
  Transport transport = Transport::udp;
  base::Endpoint local;
  base::Endpoint remote;
  std::uint64_t connection = 0;         ///< unique in the process for a connection; 0 for UDP
  std::shared_ptr<const TlsFacts> tls;  ///< set exactly when `is_secure(transport)`

  friend bool operator==(const Flow& a, const Flow& b) {
    return a.transport == b.transport && a.connection == b.connection && a.remote == b.remote && a.local == b.local;
  }
};

}  // namespace cadenas::sip
