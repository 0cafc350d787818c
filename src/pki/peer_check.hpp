#pragma once

#include <memory>

#include <openssl/types.h>

#include "base/clock.hpp"
#include "pki/chain_keys.hpp"
#include "pki/peer_refusal.hpp"
#include "pki/revocation_index.hpp"

namespace cadenas::pki {

/// What a handshake found out about its peer's certificate; belongs to the SSL.
struct PeerCheck {
  RefusedPeer refused;      ///< `none` if the chain was accepted
  ChainKeys chain;          ///< of the chain as verified, also of one refused for revocation
  ChainVerdict revocation;  ///< `unknown` where no index is in service
};

/// How the certificates of peers are checked.
struct PeerCheckSettings {
  PeerSide side = PeerSide::client;                    ///< whose certificates: those of clients are checked by a server
  std::shared_ptr<const LiveRevocation> revocation{};  ///< null: nothing is looked up
  const base::Clock* clock = nullptr;                  ///< what dates are held against; null: the system's
  bool observe_only = false;                           ///< what would be refused is kept, and goes on all the same
};

/// From now on sessions of `context` verify their peer's chain at the time of the clock, look all of it up in the
/// index, send the alert that names the reason, and keep a `PeerCheck`. `context` owns what that takes. False when
/// OpenSSL is out of memory.
bool check_peers(SSL_CTX* context, PeerCheckSettings settings);

/// Null before a certificate was judged. Lives as long as `ssl`, changed by its handshake only.
const PeerCheck* peer_check_of(const SSL* ssl);

}  // namespace cadenas::pki
