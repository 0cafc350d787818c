#pragma once

#include <span>

#include <openssl/types.h>

#include "media/dtls_params.hpp"

namespace cadenas::media {

/// Throws std::bad_alloc where OpenSSL has no memory.
DtlsFingerprint fingerprint_of(X509* certificate, FingerprintHash hash);

/// Whether the certificate is one of those that were signalled: of the fingerprints only those of the strongest hash
/// count (RFC 8122 §5.1), so that a weak one beside a strong one opens nothing. False without any.
bool matches(X509* certificate, std::span<const DtlsFingerprint> signalled);

}  // namespace cadenas::media
