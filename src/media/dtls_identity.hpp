#pragma once

#include <vector>

#include "base/clock.hpp"
#include "media/dtls_handles.hpp"
#include "media/dtls_params.hpp"

namespace cadenas::media {

/// The certificate that this board shows in DTLS handshakes: ECDSA on P-256, signed by itself, made at the start of the
/// board and never stored. It is no part of any PKI: peers know it by the fingerprint in the SDP (RFC 5763 §5), so its
/// name says nothing and its dates are wide. Immutable.
class DtlsIdentity {
 public:
  /// Throws std::runtime_error when OpenSSL fails.
  explicit DtlsIdentity(base::WallTime now);

  X509* certificate() const { return certificate_.get(); }
  EVP_PKEY* key() const { return key_.get(); }
  /// By SHA-256, which all know, and by SHA-384: another fingerprint of the same certificate tells a peer that a new
  /// association is due (RFC 8842 §3).
  const std::vector<DtlsFingerprint>& fingerprints() const { return fingerprints_; }

 private:
  KeyHandle key_;
  X509Handle certificate_;
  std::vector<DtlsFingerprint> fingerprints_;
};

}  // namespace cadenas::media
