#pragma once

#include <vector>

#include "base/error.hpp"
#include "pki/identity.hpp"
#include "pki/openssl_handles.hpp"
#include "pki/tls_context.hpp"

namespace cadenas::pki {

/// Versions, suites, groups and signature algorithms for `compatibility`, and what both sides of TLS have in common.
/// False when OpenSSL refuses; its error queue says why.
bool apply_settings(SSL_CTX* context, TlsCompatibility compatibility);

/// `context` proves itself with `identity`, sending its chain as it is. False when OpenSSL refuses the certificate.
bool use_identity(SSL_CTX* context, const Identity& identity);
bool use_identity(SSL* session, const Identity& identity);

/// Peers are trusted under any of `anchors`, root or intermediate. False when OpenSSL is out of memory.
bool trust(SSL_CTX* context, const std::vector<Certificate>& anchors);

}  // namespace cadenas::pki
