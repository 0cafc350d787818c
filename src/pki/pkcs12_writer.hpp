#pragma once

#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "pki/certificate.hpp"
#include "pki/identity.hpp"

namespace cadenas::pki {

inline constexpr int pkcs12_iterations = 100'000;  ///< of PBKDF2, for key, certificates and MAC each

/// `identity` with `authorities` above it as a PKCS#12 file (RFC 7292): PBES2 with AES-256 and HMAC-SHA-256 for key and
/// certificates, a MAC with SHA-256. `password` is UTF-8, at least one octet and no NUL. Takes a good part of a second:
/// not for the thread of a loop. Errors: "pkcs12.no-password", "pkcs12.unwritable" (also for a key in a token).
base::Result<base::Bytes> write_pkcs12(const Identity& identity, const std::vector<Certificate>& authorities,
                                       const base::SecretBytes& password);

}  // namespace cadenas::pki
