#include "pki/phone_files.hpp"

#include <algorithm>
#include <system_error>

#include "base/atomic_file.hpp"

namespace cadenas::pki {

namespace fs = std::filesystem;

base::Result<void> write_phone_files(const fs::path& directory, const std::string& number, const Identity& identity,
                                     const Certificate& authority) {
  if (number == "ca") {
    return base::fail("ca.names-invalid", "A phone numbered \"ca\" would have the file of the CA; name it otherwise.",
                      number);
  }
  std::error_code error;
  if (fs::create_directories(directory, error)) fs::permissions(directory, fs::perms::owner_all, error);
  if (error) {
    return base::fail("file.write-failed",
                      "The directory " + directory.string() + " cannot be made: " + error.message() + ".",
                      directory.string());
  }
  const auto key = identity.key().to_pem();
  if (!key) return tl::unexpected(key.error());
  const std::string leaf = identity.leaf().to_pem();
  const std::string root = authority.to_pem();
  const std::string certificates = leaf + root;
  base::Bytes all(key->size() + certificates.size());
  std::copy(certificates.begin(), certificates.end(), std::copy(key->view().begin(), key->view().end(), all.begin()));
  const base::SecretBytes together(std::move(all));
  const fs::path stem = directory / number;
  const auto named = [&stem](const char* ending) { return fs::path(stem.string() + ending); };
  return base::replace_file(named(".key"), key->view(), 0600)
      .and_then([&] { return base::replace_file(named(".crt"), base::as_bytes(leaf), 0644); })
      .and_then([&] { return base::replace_file(named(".pem"), together.view(), 0600); })
      .and_then([&] { return base::replace_file(directory / "ca.pem", base::as_bytes(root), 0644); });
}

}  // namespace cadenas::pki
