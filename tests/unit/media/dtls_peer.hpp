#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>

#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <srtp2/srtp.h>

#include "base/bytes.hpp"
#include "media/dtls_params.hpp"

namespace cadenas::media::test {

struct PeerSettings {
  DtlsRole role = DtlsRole::active;
  std::string profiles =
      "SRTP_AES128_CM_SHA1_80:SRTP_AES128_CM_SHA1_32:SRTP_AEAD_AES_128_GCM:SRTP_AEAD_AES_256_GCM";  ///< empty: no
                                                                                                    ///< use_srtp
  const char* key = "EC";  ///< "EC" (P-256), "RSA2048" or "RSA1024"
  bool shows_certificate = true;
};

/// The far end of a DTLS-SRTP leg, of foreign parts: OpenSSL's own API for the handshake, libsrtp2 for the packets.
/// None of our code is in it, so what it agrees with is no common mistake.
class DtlsPeer {
 public:
  explicit DtlsPeer(PeerSettings settings = {});
  ~DtlsPeer();
  DtlsPeer(const DtlsPeer&) = delete;
  DtlsPeer& operator=(const DtlsPeer&) = delete;

  DtlsFingerprint fingerprint(FingerprintHash hash = FingerprintHash::sha256) const;
  /// Begins, or goes on after `datagram`. What is to leave is in `out`.
  void run(const base::Bytes& datagram = {});
  /// Sends its flight again if its timer is over.
  void tick();
  bool is_done() const { return SSL_is_init_finished(ssl_) == 1 && !has_failed_; }
  bool has_failed() const { return has_failed_; }
  SSL* ssl() const { return ssl_; }
  const char* profile() const;

  /// After the handshake.
  base::Bytes protect(base::Bytes packet);
  /// Nothing if libsrtp2 does not open it.
  std::optional<base::Bytes> unprotect(base::Bytes packet);

  std::deque<base::Bytes> out;

 private:
  void make_srtp();

  PeerSettings settings_;
  EVP_PKEY* key_ = nullptr;
  X509* certificate_ = nullptr;
  SSL_CTX* context_ = nullptr;
  SSL* ssl_ = nullptr;
  const base::Bytes* reading_ = nullptr;
  bool has_failed_ = false;
  srtp_t send_ = nullptr;
  srtp_t receive_ = nullptr;

  friend struct PeerBio;
};

}  // namespace cadenas::media::test
