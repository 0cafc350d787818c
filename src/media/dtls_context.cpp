#include "media/dtls_context.hpp"

#include <algorithm>
#include <stdexcept>

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

namespace cadenas::media {
namespace {

// A stranger must not make us keep much: a chain of three RSA 4096 certificates is below this.
constexpr long kMostOfChain = 16L * 1024;
constexpr std::chrono::milliseconds kLeastTimeout{20};

/// In place of a chain to a trust anchor, of which there is none.
int judge(X509_STORE_CTX* shown, void*) {
  const auto* const ssl =
      static_cast<const SSL*>(X509_STORE_CTX_get_ex_data(shown, SSL_get_ex_data_X509_STORE_CTX_idx()));
  if (static_cast<DtlsPeerJudge*>(SSL_get_app_data(ssl))->accepts(X509_STORE_CTX_get0_cert(shown))) return 1;
  // OpenSSL tells the peer bad_certificate.
  X509_STORE_CTX_set_error(shown, X509_V_ERR_CERT_REJECTED);
  return 0;
}

}  // namespace

DtlsContext::DtlsContext(base::WallTime now, DtlsTimes times)
    : identity_(now), times_{std::max(times.retransmit, kLeastTimeout)}, context_(SSL_CTX_new(DTLS_method())) {
  SSL_CTX* const context = context_.get();
  // The server says which curve it wants, so both orders are safe ones. CBC is left out: who speaks DTLS 1.2 has GCM.
  if (!context || SSL_CTX_set_min_proto_version(context, DTLS1_2_VERSION) != 1 ||
      SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20") != 1 ||
      SSL_CTX_set1_groups_list(context, "X25519:P-256:P-384") != 1 ||
      SSL_CTX_use_certificate(context, identity_.certificate()) != 1 ||
      SSL_CTX_use_PrivateKey(context, identity_.key()) != 1) {
    throw std::runtime_error("OpenSSL cannot be set up for DTLS-SRTP");
  }
  // No renegotiation: a new association is agreed by signalling (RFC 8842 §4). No resumption: each call proves itself.
  // The size of datagrams is ours to know; the kernel is not asked.
  SSL_CTX_set_options(
      context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET | SSL_OP_NO_QUERY_MTU | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_cert_verify_callback(context, judge, nullptr);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_max_cert_list(context, kMostOfChain);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
}

}  // namespace cadenas::media
