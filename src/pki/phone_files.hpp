#pragma once

#include <filesystem>
#include <string>

#include "base/error.hpp"
#include "pki/certificate.hpp"
#include "pki/identity.hpp"

namespace cadenas::pki {

/// Writes what phones take their certificate from (TMA-5, TMA-10), replacing what is there: NUMBER.crt (the
/// certificate, `sips local certificate`), NUMBER.key (0600, `sips private key`), NUMBER.pem (key, certificate and CA
/// in one, 0600) and ca.pem (`sips root and intermediate certificates`). Makes the directory (0700) where there is
/// none. Errors: "file.write-failed"; "ca.names-invalid" for the number "ca", whose file would be that of the CA.
base::Result<void> write_phone_files(const std::filesystem::path& directory, const std::string& number,
                                     const Identity& identity, const Certificate& authority);

}  // namespace cadenas::pki
