#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/bytes.hpp"
#include "media/suite.hpp"

namespace cadenas::media {

/// Who sends the ClientHello (a=setup, RFC 4145 §4, RFC 5763 §5).
enum class DtlsRole : std::uint8_t { active, passive };

/// The hash functions of RFC 8122 §5 that tie a certificate to a call safely, the weakest first. SHA-1, MD5 and MD2 are
/// left out: who finds a second certificate with the same hash is taken for the peer.
enum class FingerprintHash : std::uint8_t { sha256, sha384, sha512 };
constexpr std::size_t octets(FingerprintHash hash) {
  return hash == FingerprintHash::sha256 ? 32 : hash == FingerprintHash::sha384 ? 48 : 64;
}

/// The hash of a certificate in DER, as a=fingerprint says it (RFC 8122 §5).
struct DtlsFingerprint {
  FingerprintHash hash = FingerprintHash::sha256;
  base::Bytes value;  ///< exactly `octets(hash)`

  friend bool operator==(const DtlsFingerprint&, const DtlsFingerprint&) = default;
};

/// What signalling agreed for the DTLS association of a leg (RFC 5763, RFC 8842). The same value again goes on with the
/// association that is there; any difference makes a new one, and the leg is closed until that has its keys.
struct DtlsParams {
  DtlsRole role = DtlsRole::passive;  ///< ours
  /// At least one; of several, those of the strongest hash count, and the certificate must be one of them.
  std::vector<DtlsFingerprint> peer;
  /// What we accept, best first: suites that have a DTLS-SRTP profile (RFC 5764 §4.1.2, RFC 7714 §14.2), at least one.
  std::vector<Suite> suites;
  /// Which association of the leg it is: another number asks for a new one (a=tls-id, RFC 8842 §5.2).
  std::uint32_t association = 0;

  friend bool operator==(const DtlsParams&, const DtlsParams&) = default;
};

}  // namespace cadenas::media
