#include "pki/tls_settings.hpp"

#include <openssl/ssl.h>

namespace cadenas::pki {
namespace {

struct Settings {
  int lowest_version;
  const char* suites;  ///< up to TLS 1.2
  const char* signatures;
};

// BSI TR-02102-2 tables 1 and 4, ANSSI "Recommandations de sécurité relatives à TLS" R6-R9: ephemeral keys and AEAD
// only.
constexpr const char* tls13_suites = "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256";
constexpr const char* groups = "X25519:P-256:P-384";

constexpr const char* modern_suites =
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:@SECLEVEL=2";
constexpr const char* tls12_phone_suites =
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-RSA-AES256-SHA384:ECDHE-RSA-AES128-SHA256:@SECLEVEL=2";
// TLS 1.0 signs with SHA-1, which OpenSSL 3 allows at security level 0 only.
constexpr const char* tls10_phone_suites =
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-RSA-AES256-SHA384:ECDHE-RSA-AES128-SHA256:"
    "ECDHE-RSA-AES256-SHA:ECDHE-RSA-AES128-SHA:AES256-SHA:AES128-SHA:@SECLEVEL=0";
constexpr const char* modern_signatures =
    "ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:RSA-PSS+SHA256:RSA-PSS+SHA384:RSA-PSS+SHA512:"
    "RSA+SHA256:RSA+SHA384:RSA+SHA512";
constexpr const char* tls10_signatures =
    "ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:RSA-PSS+SHA256:RSA-PSS+SHA384:RSA-PSS+SHA512:"
    "RSA+SHA256:RSA+SHA384:RSA+SHA512:ECDSA+SHA1:RSA+SHA1";

Settings settings_for(TlsCompatibility compatibility) {
  switch (compatibility) {
    case TlsCompatibility::tls12_phones:
      return {TLS1_2_VERSION, tls12_phone_suites, modern_signatures};
    case TlsCompatibility::tls10_phones:
      return {TLS1_VERSION, tls10_phone_suites, tls10_signatures};
    case TlsCompatibility::modern:
      break;
  }
  return {TLS1_2_VERSION, modern_suites, modern_signatures};
}

X509StackHandle stack_of(const std::vector<Certificate>& certificates) {
  X509StackHandle stack(sk_X509_new_null());
  for (const Certificate& certificate : certificates) {
    if (!stack || X509_add_cert(stack.get(), certificate.handle(), X509_ADD_FLAG_UP_REF) != 1) return nullptr;
  }
  return stack;
}

}  // namespace

bool apply_settings(SSL_CTX* context, TlsCompatibility compatibility) {
  const Settings settings = settings_for(compatibility);
  // SIP frames its own messages, so a connection cut without close_notify loses nothing that goes unnoticed.
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                   SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_NO_AUTO_CHAIN);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  // Suites first: they carry the security level the other lists are held against.
  return SSL_CTX_set_cipher_list(context, settings.suites) == 1 &&
         SSL_CTX_set_ciphersuites(context, tls13_suites) == 1 &&
         SSL_CTX_set_min_proto_version(context, settings.lowest_version) == 1 &&
         SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1 &&
         SSL_CTX_set1_groups_list(context, groups) == 1 && SSL_CTX_set1_sigalgs_list(context, settings.signatures) == 1;
}

bool use_identity(SSL_CTX* context, const Identity& identity) {
  const X509StackHandle chain = stack_of(identity.chain());
  return chain &&
         SSL_CTX_use_cert_and_key(context, identity.leaf().handle(), identity.key().handle(), chain.get(), 1) == 1;
}

bool use_identity(SSL* session, const Identity& identity) {
  const X509StackHandle chain = stack_of(identity.chain());
  return chain && SSL_use_cert_and_key(session, identity.leaf().handle(), identity.key().handle(), chain.get(), 1) == 1;
}

bool trust(SSL_CTX* context, const std::vector<Certificate>& anchors) {
  X509_STORE* store = SSL_CTX_get_cert_store(context);
  for (const Certificate& anchor : anchors) {
    if (X509_STORE_add_cert(store, anchor.handle()) != 1) return false;
  }
  // An intermediate may be the anchor ("racine ou intermédiaire").
  return X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN) == 1;
}

}  // namespace cadenas::pki
