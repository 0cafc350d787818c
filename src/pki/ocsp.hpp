#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "pki/certificate.hpp"

namespace cadenas::pki {

inline constexpr std::size_t largest_ocsp_answer = std::size_t{64} * 1024;  ///< octets
/// How far thisUpdate may lie ahead: clocks of responders are not ours.
inline constexpr std::chrono::minutes ocsp_clock_tolerance{5};
/// An answer without nextUpdate says that newer ones are to be had at any time (RFC 6960 §4.2.2.1); it serves this
/// long.
inline constexpr std::chrono::hours ocsp_life_without_next_update{1};

enum class OcspStatus { good, revoked, unknown };
/// "good", "revoked" or "unknown".
std::string_view to_string(OcspStatus status);

/// What a responder says of one certificate; its signature and dates have been verified.
struct OcspAnswer {
  OcspStatus status = OcspStatus::unknown;
  base::WallTime this_update;
  base::WallTime until;  ///< nextUpdate, or what stands in for it
  base::Bytes octets;    ///< the whole OCSPResponse, as it is stapled (RFC 6066 §8)
};

/// Where the issuer of `certificate` answers for it: the OCSP URIs of its authority information access, in their order
/// (RFC 5280 §4.2.2.1).
std::vector<std::string> ocsp_responders(const Certificate& certificate);

/// An OCSPRequest for `subject`, DER, without a nonce: what is stapled is not of this moment (RFC 5019 §2.1.1). Error
/// "ocsp.request-failed".
base::Result<base::Bytes> ocsp_request(const Certificate& subject, const Certificate& issuer);

/// Reads what a responder answered about `subject` (RFC 6960 §3.2): signed by `issuer`, or by one to whom it delegated
/// that (EKU OCSPSigning), about this certificate, in its dates at `now`. Errors: "ocsp.unreadable", "ocsp.refused"
/// (the responder gives no answer), "ocsp.bad-signature", "ocsp.other-certificate", "ocsp.not-yet-valid", "ocsp.stale".
base::Result<OcspAnswer> read_ocsp_answer(base::ByteView octets, const Certificate& subject, const Certificate& issuer,
                                          base::WallTime now);

}  // namespace cadenas::pki
