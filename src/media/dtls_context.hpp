#pragma once

#include <chrono>

#include "base/clock.hpp"
#include "media/dtls_handles.hpp"
#include "media/dtls_identity.hpp"

namespace cadenas::media {

struct DtlsTimes {
  /// Before a flight is sent again, at first; it doubles each time, up to four seconds. RFC 6347 §4.2.4.1 has a second
  /// and lets what must be quick take less: a lost datagram is silence at the start of a call. Not below 20 ms.
  std::chrono::milliseconds retransmit{250};
};

/// Says whether a peer is the one that signalling named, while the handshake runs. It is the SSL's app data.
class DtlsPeerJudge {
 public:
  virtual bool accepts(X509* shown) = 0;

 protected:
  ~DtlsPeerJudge() = default;
};

/// What all DTLS associations of a board have in common: its certificate, the versions, the ciphers. Immutable; used by
/// all media threads at once.
class DtlsContext {
 public:
  /// Makes a new certificate. Throws std::runtime_error when OpenSSL fails.
  explicit DtlsContext(base::WallTime now, DtlsTimes times = {});

  /// For a=fingerprint; see DtlsIdentity.
  const std::vector<DtlsFingerprint>& fingerprints() const { return identity_.fingerprints(); }
  const DtlsTimes& times() const { return times_; }
  /// For SSL_new; each SSL needs a DtlsPeerJudge as its app data before it shakes hands.
  SSL_CTX* get() const { return context_.get(); }

 private:
  DtlsIdentity identity_;
  DtlsTimes times_;
  SslContextHandle context_;
};

}  // namespace cadenas::media
