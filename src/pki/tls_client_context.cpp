#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/endpoint.hpp"
#include "pki/openssl_error.hpp"
#include "pki/peer_check.hpp"
#include "pki/tls_context.hpp"
#include "pki/tls_settings.hpp"

namespace cadenas::pki {
namespace {

/// OpenSSL looks for an address in SAN iPAddress only; an iPBX may have it as its CN alone (DOMAIN §7.2).
int accept_address_as_common_name(int accepted, X509_STORE_CTX* verification) {
  if (accepted == 1 || X509_STORE_CTX_get_error(verification) != X509_V_ERR_IP_ADDRESS_MISMATCH) return accepted;
  char* wanted = X509_VERIFY_PARAM_get1_ip_asc(X509_STORE_CTX_get0_param(verification));
  X509* leaf = X509_STORE_CTX_get0_cert(verification);
  if (wanted == nullptr || leaf == nullptr) {
    OPENSSL_free(wanted);
    return 0;
  }
  const auto certificate = Certificate::from_x509(leaf);
  const bool named = certificate && certificate->names_address(wanted);
  OPENSSL_free(wanted);
  if (named) X509_STORE_CTX_set_error(verification, X509_V_OK);
  return named ? 1 : 0;
}

bool expect(SSL* session, const std::string& server, bool verify) {
  if (server.empty()) return true;
  if (base::Endpoint::parse(server, 0)) {
    // An address is never sent as SNI (RFC 6066 §3).
    return !verify || X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), server.c_str()) == 1;
  }
  SSL_set_hostflags(session, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return SSL_set_tlsext_host_name(session, server.c_str()) == 1 &&
         (!verify || SSL_set1_host(session, server.c_str()) == 1);
}

}  // namespace

base::Result<std::unique_ptr<TlsClientContext>> TlsClientContext::make(TlsClientOptions options,
                                                                       std::shared_ptr<const LiveIdentity> identity) {
  if (options.verify_server && options.trust_anchors.empty()) {
    return base::fail("tls.no-trust-anchor", "Servers must be verified, but no CA to check them against is loaded.");
  }
  SslContextHandle context(SSL_CTX_new(TLS_client_method()));
  if (!context || !apply_settings(context.get(), options.compatibility) ||
      !trust(context.get(), options.trust_anchors) ||
      (options.verify_server &&
       !check_peers(context.get(), {PeerSide::server, std::move(options.revocation), options.clock}))) {
    return openssl_failure("tls.context-failed", "The TLS client could not be set up");
  }
  SSL_CTX_set_verify(context.get(), options.verify_server ? SSL_VERIFY_PEER : SSL_VERIFY_NONE,
                     accept_address_as_common_name);
  return std::unique_ptr<TlsClientContext>(
      new TlsClientContext(std::move(context), options.verify_server, std::move(identity)));
}

base::Result<SslHandle> TlsClientContext::new_session(const std::string& server) const {
  SslHandle session(SSL_new(context_.get()));
  if (!session || !expect(session.get(), server, verify_) ||
      (identity_ && !use_identity(session.get(), *identity_->current()))) {
    return openssl_failure("tls.session-failed", "A TLS session could not be made", server);
  }
  SSL_set_connect_state(session.get());
  return session;
}

}  // namespace cadenas::pki
