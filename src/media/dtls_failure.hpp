#pragma once

#include <cstdint>
#include <string_view>

namespace cadenas::media {

/// Why a DTLS handshake gave no keys.
enum class DtlsFailure : std::uint8_t {
  none,
  fingerprint,      ///< the peer's certificate is not the one that signalling named
  weak_key,         ///< the key in it is too weak (below 112 bits of security)
  no_certificate,   ///< the peer showed none
  no_srtp_profile,  ///< no use_srtp, or no profile in common
  version,          ///< the peer speaks nothing as new as DTLS 1.2
  refused,          ///< the peer ended it with an alert
  timeout,          ///< the peer did not answer, or not any more
  protocol,         ///< the peer broke the protocol in some other way
};

/// The stable code ("dtls.fingerprint"); empty for `none`.
std::string_view code(DtlsFailure failure);
/// The sentence for a person; empty for `none`.
std::string_view sentence(DtlsFailure failure);

}  // namespace cadenas::media
