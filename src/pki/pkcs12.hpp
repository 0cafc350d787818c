#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "pki/certificate.hpp"
#include "pki/key.hpp"

namespace cadenas::pki {

inline constexpr std::size_t largest_pkcs12 = std::size_t{1024} * 1024;  ///< octets
inline constexpr std::size_t most_pkcs12_certificates = 64;              ///< more is no chain
inline constexpr std::size_t longest_pkcs12_password = 1024;             ///< octets of UTF-8

/// What a PKCS#12 file held (CERT-2): nothing in it has been judged.
struct Pkcs12Contents {
  PrivateKey key;
  std::vector<Certificate> certificates;  ///< at least one, in the file's order, which means nothing
};

/// Reads a PKCS#12 file, new (PBES2, any HMAC) or old (RC2, RC4 and 3DES with SHA-1). Old algorithms exist only in a
/// library context that lives as long as the call; key and certificates belong to the default one. `password` is
/// UTF-8; where it is not plain ASCII the ways older tools encoded it are tried too. Nothing is derived before the
/// file's iteration counts were found affordable; still it may take seconds: not for the thread of a loop. Any thread.
///
/// Errors: "pkcs12.unreadable" (no PKCS#12 file, damaged, or protected in a way not known here),
/// "pkcs12.wrong-password", "pkcs12.no-key", "pkcs12.several-keys", "pkcs12.no-certificate", "pkcs12.too-large",
/// "pkcs12.too-costly".
base::Result<Pkcs12Contents> read_pkcs12(base::ByteView file, const base::SecretBytes& password);

/// The same of a file by its path. Errors: also "pkcs12.not-found" (CERT-12).
base::Result<Pkcs12Contents> read_pkcs12_file(const std::filesystem::path& file, const base::SecretBytes& password);

}  // namespace cadenas::pki
