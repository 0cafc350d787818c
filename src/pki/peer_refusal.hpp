#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <openssl/types.h>

#include "base/error.hpp"

namespace cadenas::pki {

/// Why the certificate of a peer was refused (MODE-3, CERT-7), told apart in log, counters and API as in the TLS alert.
enum class PeerRefusal : std::uint8_t {
  none,                ///< it was not refused: the handshake failed for another reason, or did not fail
  no_certificate,      ///< alert 116 certificate_required; 40 handshake_failure before TLS 1.3
  not_in_dates,        ///< of it or of one of its issuers, expired or not yet valid; alert 45 certificate_expired
  unknown_ca,          ///< not signed by a CA that is trusted; alert 48 unknown_ca
  revoked,             ///< it or one of its issuers; alert 44 certificate_revoked
  revocation_unknown,  ///< a list is missing or stale, and policy says `refuse`; alert 42 bad_certificate
  wrong_name,          ///< a server other than the one dialled; alert 42 bad_certificate
  other,               ///< wrong purpose, weak signature, ...; the alert is OpenSSL's choice
};
inline constexpr std::size_t peer_refusals = 8;  ///< how many there are, for counters

/// Whose certificate it is.
enum class PeerSide : std::uint8_t { client, server };

/// Stable: "tls.client-no-certificate", "tls.client-certificate-dates", "tls.client-unknown-ca", "tls.client-revoked",
/// "tls.client-revocation-unknown", "tls.client-wrong-name", "tls.client-certificate-refused", and the same with
/// "tls.server-". Empty for `none`.
std::string_view refusal_code(PeerRefusal refusal, PeerSide side);

/// A refusal as it was decided in the handshake.
struct RefusedPeer {
  PeerRefusal reason = PeerRefusal::none;
  PeerSide side = PeerSide::client;
  std::string subject;  ///< of the peer's own certificate as it was shown, RFC 2253; nobody vouches for it
  std::string serial;   ///< of that certificate, hex
  std::string problem;  ///< what was wrong, and with which certificate of the chain

  /// With `refusal_code` as its code and the subject as its field. Not for `none`.
  base::Error error() const;
};

/// Why the handshake of `ssl`, a session of this room's contexts, was refused; `reason` is `none` where that was not
/// for the peer's certificate. It does not look at OpenSSL's error queue, which may be read or emptied before. On the
/// thread that owns `ssl`.
RefusedPeer read_peer_refusal(const SSL* ssl);

}  // namespace cadenas::pki
