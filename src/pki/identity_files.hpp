#pragma once

#include <filesystem>

#include "base/error.hpp"
#include "pki/identity.hpp"

namespace cadenas::pki {

/// key.pem (0600) and cert.pem (leaf first) of one directory, replaced as one: after a crash at any step `recover`
/// leaves the old pair or the new one. Blocking; one caller at a time.
class IdentityFiles {
 public:
  explicit IdentityFiles(std::filesystem::path directory) : directory_(std::move(directory)) {}

  std::filesystem::path key() const { return directory_ / "key.pem"; }
  std::filesystem::path certificate() const { return directory_ / "cert.pem"; }

  /// Makes the directory (0700) where there is none. Errors: "file.write-failed".
  base::Result<void> replace(const Identity& identity) const;
  /// Ends what a crash cut: to be called before the files are read. Errors: "file.write-failed".
  base::Result<void> recover() const;

 private:
  // Both there: not begun to take effect. The certificate alone: the key has taken effect.
  std::filesystem::path next_key() const { return directory_ / "next-key.pem"; }
  std::filesystem::path next_certificate() const { return directory_ / "next-cert.pem"; }

  std::filesystem::path directory_;
};

}  // namespace cadenas::pki
