#pragma once

#include <optional>
#include <string>

#include <openssl/types.h>

#include "pki/certificate.hpp"
#include "pki/chain_keys.hpp"
#include "pki/peer_refusal.hpp"
#include "pki/revocation_index.hpp"

namespace cadenas::pki {

/// What a finished handshake says about the connection and its peer.
struct PeerFacts {
  std::string version;                      ///< "TLSv1.3", "TLSv1.2", ...
  std::string cipher;                       ///< OpenSSL's name, e.g. "TLS_AES_256_GCM_SHA384"
  std::string group;                        ///< the key exchange group, e.g. "x25519"; empty if none was used
  bool resumed = false;                     ///< by a ticket: no new certificate was shown
  std::optional<Certificate> certificate;   ///< the peer's, if it showed one
  bool verified = false;                    ///< a certificate was shown, and verified against the trust anchors
  bool judged = false;                      ///< a certificate was asked for
  PeerRefusal refusal = PeerRefusal::none;  ///< of one judged: why BOTHWAY refuses it, also where it is only observed
  std::string verify_problem;               ///< why not, in OpenSSL's words; empty when verified or none was shown
  ChainKeys chain;                          ///< what the audit looks up; empty unless a chain was verified
  /// What the revocation lists said of the whole chain; `unknown` also where none was asked. Not `good` and yet
  /// connected: policy warns only.
  RevocationState revocation = RevocationState::unknown;
};

/// Reads the facts off a session whose handshake is finished. On the thread that owns `ssl`.
PeerFacts read_peer_facts(SSL* ssl);

}  // namespace cadenas::pki
