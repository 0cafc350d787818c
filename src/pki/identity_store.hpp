#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "pki/identity.hpp"
#include "pki/identity_files.hpp"
#include "pki/self_signed.hpp"

namespace cadenas::pki {

/// What opening or renewing did besides giving an identity, for log, journal and page: code as in Error
/// ("identity.created", "identity.foreign-kept", "identity.key-mode-fixed", "identity.key-mode-open", "cert.expired",
/// "cert.expiring", "cert.not-yet-valid").
using Findings = std::vector<base::Error>;

struct StoredIdentity {
  std::shared_ptr<const Identity> identity;  ///< never null
  bool replaced = false;                     ///< made anew by this call: put it into service
  Findings findings;
};

/// The iPBX's own key and certificate in a directory of its own: key.pem (0600), cert.pem (leaf first) and
/// root.pem. Blocking file and key work: not for a signalling thread; one caller at a time.
class IdentityStore {
 public:
  /// `clock` must outlive the store.
  IdentityStore(std::filesystem::path directory, const base::Clock& clock)
      : files_(std::move(directory)), clock_(clock) {}

  /// Loads the pair. A self-signed certificate is made (and the directory, 0700) when there is none, when its key does
  /// not match or is missing, when it is expiring or expired (CERT-1), not yet valid, or when it does not say `names`
  /// or is not of the kind `options` asks for. A certificate signed by another is never replaced: what is wrong with it
  /// comes as a finding (CERT-8). What is replaced and was not made here, an administrator's own self-signed
  /// certificate or a key without its certificate, is kept beside, with a finding. A key others could read is closed to
  /// 0600, with a finding. Call it at start and then daily: that is the renewal. Errors: "identity.unreadable" (a file
  /// is there but is no key or certificate: it is left alone), "identity.key-mismatch", "cert.self-signed-failed",
  /// "file.write-failed".
  base::Result<StoredIdentity> open(const SelfSignedNames& names, const SelfSignedOptions& options = {});

  /// Makes and stores a new self-signed identity whatever is there; what was not made here is kept beside. Errors:
  /// "cert.self-signed-failed", "file.write-failed".
  base::Result<StoredIdentity> regenerate(const SelfSignedNames& names, const SelfSignedOptions& options = {});

  /// Stores an identity from elsewhere in place of what is there (CERT-2); it has been judged. Errors:
  /// "file.write-failed": then what was there is there still.
  base::Result<StoredIdentity> import(std::shared_ptr<const Identity> identity);

  std::filesystem::path key_file() const { return files_.key(); }
  std::filesystem::path certificate_file() const { return files_.certificate(); }
  std::filesystem::path root_file() const { return files_.root(); }

 private:
  bool holds_only_ours() const;
  base::Result<StoredIdentity> make_anew(const SelfSignedNames& names, const SelfSignedOptions& options,
                                         const std::string& reason, Findings findings);

  IdentityFiles files_;
  const base::Clock& clock_;
};

}  // namespace cadenas::pki
