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
  const auto prepare_root = [&]() -> base::Result<void> {
    if (!identity.root()) return {};
    return base::replace_file(next_root(), base::as_bytes(identity.root()->to_pem()), 0644);
  };
  return recover()
      .and_then([&] { return identity.key().save(next_key()); })
      .and_then(prepare_root)
      .and_then([&] { return base::replace_file(next_certificate(), base::as_bytes(pem), 0644); })
      .and_then([&] { return base::rename_file(next_key(), key()); })
      .and_then([&] { return take_root(); })
      .and_then([&] { return base::rename_file(next_certificate(), certificate()); });
}

base::Result<void> IdentityFiles::take_root() const {
  std::error_code error;
  if (!fs::exists(next_root(), error)) return {};
  return base::rename_file(next_root(), root());
}

base::Result<void> IdentityFiles::recover() const {
  std::error_code error;
  const bool certificate_waits = fs::exists(next_certificate(), error);
  const bool key_waits = fs::exists(next_key(), error);
  if (certificate_waits && !key_waits) {
    return take_root().and_then([&] { return base::rename_file(next_certificate(), certificate()); });
  }
  // The certificate first: alone it would say that the key has taken effect.
  for (const fs::path& left : {next_certificate(), next_root(), next_key()}) {
    if (!error) fs::remove(left, error);
  }
  if (error)
    return base::fail("file.write-failed",
                      "What a crash left of " + key().string() + " cannot be removed: " + error.message() + ".",
                      key().string());
  return {};
}

base::Result<std::optional<fs::path>> IdentityFiles::keep_copy(base::WallTime now) const {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  // Random behind the time: nothing kept before is ever overwritten.
  const std::string stem = "kept-" + std::to_string(seconds) + "-" + base::random_hex(4);
  bool any = false;
  for (const fs::path& file : {key(), certificate(), root()}) {
    std::error_code error;
    if (!fs::exists(file, error)) continue;
    // A second name of the same file: no octet of the key is written again, its mode stays.
    const fs::path kept = directory_ / (stem + "-" + file.filename().string());
    fs::create_hard_link(file, kept, error);
    if (error) {
      return base::fail("file.write-failed", "A copy of " + file.string() + " cannot be kept: " + error.message() + ".",
                        file.string());
    }
    any = true;
  }
  return any ? std::optional(directory_ / stem) : std::nullopt;
}

}  // namespace cadenas::pki
