#include "pki/identity_files.hpp"

#include <string>
#include <system_error>

#include "base/atomic_file.hpp"
#include "base/bytes.hpp"

namespace cadenas::pki {

namespace fs = std::filesystem;

base::Result<void> IdentityFiles::replace(const Identity& identity) const {
  std::error_code error;
  if (fs::create_directories(directory_, error)) fs::permissions(directory_, fs::perms::owner_all, error);
  if (error)
    return base::fail("file.write-failed",
                      "The directory " + directory_.string() + " cannot be made: " + error.message() + ".",
                      directory_.string());
  std::string pem = identity.leaf().to_pem();
  for (const Certificate& intermediate : identity.chain()) pem += intermediate.to_pem();
  return recover()
      .and_then([&] { return identity.key().save(next_key()); })
      .and_then([&] { return base::replace_file(next_certificate(), base::as_bytes(pem), 0644); })
      .and_then([&] { return base::rename_file(next_key(), key()); })
      .and_then([&] { return base::rename_file(next_certificate(), certificate()); });
}

base::Result<void> IdentityFiles::recover() const {
  std::error_code error;
  const bool certificate_waits = fs::exists(next_certificate(), error);
  const bool key_waits = fs::exists(next_key(), error);
  if (certificate_waits && !key_waits) return base::rename_file(next_certificate(), certificate());
  // The certificate first: alone it would say that the key has taken effect.
  fs::remove(next_certificate(), error);
  if (!error) fs::remove(next_key(), error);
  if (error)
    return base::fail("file.write-failed",
                      "What a crash left of " + key().string() + " cannot be removed: " + error.message() + ".",
                      key().string());
  return {};
}

}  // namespace cadenas::pki
