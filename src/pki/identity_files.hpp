#pragma once

#include <filesystem>
#include <optional>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "pki/identity.hpp"

namespace cadenas::pki {

/// key.pem (0600), cert.pem (leaf first) and, where the root is known, root.pem of one directory, replaced as one:
/// after a crash at any step `recover` leaves the old ones or the new ones. A root.pem of an identity before may lie
/// there still: it counts only if it signed the end of the chain. Blocking; one caller at a time.
class IdentityFiles {
 public:
  explicit IdentityFiles(std::filesystem::path directory) : directory_(std::move(directory)) {}

  std::filesystem::path key() const { return directory_ / "key.pem"; }
  std::filesystem::path certificate() const { return directory_ / "cert.pem"; }
  std::filesystem::path root() const { return directory_ / "root.pem"; }

  /// Makes the directory (0700) where there is none. Errors: "file.write-failed".
  base::Result<void> replace(const Identity& identity) const;
  /// Ends what a crash cut: to be called before the files are read. Errors: "file.write-failed".
  base::Result<void> recover() const;
  /// Gives what lies there a second name that no replacement touches ("kept-DATE-….pem"), and that name's stem; nothing
  /// if nothing lies there. Errors: "file.write-failed".
  base::Result<std::optional<std::filesystem::path>> keep_copy(base::WallTime now) const;

 private:
  base::Result<void> take_root() const;

  // Both there: not begun to take effect. The certificate alone: the key has taken effect.
  std::filesystem::path next_key() const { return directory_ / "next-key.pem"; }
  std::filesystem::path next_certificate() const { return directory_ / "next-cert.pem"; }
  std::filesystem::path next_root() const { return directory_ / "next-root.pem"; }

  std::filesystem::path directory_;
};

}  // namespace cadenas::pki
