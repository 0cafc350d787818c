// How an Authority comes into being. Its certificate is written last: without it there is none, and making it begins
// anew.
#include <algorithm>
#include <string>
#include <system_error>

#include <openssl/x509v3.h>

#include "pki/authority.hpp"
#include "pki/branch_rules.hpp"
#include "pki/certificate_draft.hpp"

namespace cadenas::pki {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t longest_uri = 1024;

bool is_uri(std::string_view uri) {
  // What would need quoting in a distribution point is in no address a list is fetched from.
  return uri.starts_with("http://") && uri.size() > 7 && uri.size() <= longest_uri &&
         std::all_of(uri.begin(), uri.end(), [](char c) {
           return c > ' ' && c < 0x7f && std::string_view("\"\\,;<>").find(c) == std::string_view::npos;
         });
}

base::Result<void> check(const AuthoritySettings& settings) {
  const bool controls =
      std::any_of(settings.name.begin(), settings.name.end(), [](char c) { return (c >= 0 && c < ' ') || c == 0x7f; });
  if (settings.name.empty() || controls) {
    return base::fail("ca.name-invalid", "Expected a name of 1 to 64 characters for the CA.", "name");
  }
  if (settings.lifetime < std::chrono::days(1) || settings.lifetime > longest_authority_lifetime) {
    return base::fail("ca.lifetime-invalid", "Expected a lifetime of 1 day to 30 years.", "days");
  }
  if (!settings.crl_uri.empty() && !is_uri(settings.crl_uri)) {
    return base::fail("ca.uri-invalid", "Expected an http address for the revocation lists.", "crl-uri");
  }
  return {};
}

base::Result<void> make_directory(const fs::path& directory) {
  std::error_code error;
  const bool made = fs::create_directories(directory, error);
  if (made && !error) fs::permissions(directory, fs::perms::owner_all, error);
  if (!error) return {};
  return base::fail("file.write-failed",
                    "The directory " + directory.string() + " cannot be made: " + error.message() + ".",
                    directory.string());
}

base::Result<DirectoryLock> begin(const fs::path& directory, const AuthoritySettings& settings) {
  if (auto good = check(settings).and_then([&] { return make_directory(directory); }); !good) {
    return tl::unexpected(good.error());
  }
  auto lock = DirectoryLock::take(directory);
  std::error_code error;
  if (lock && fs::exists(directory / "ca.pem", error)) {
    return base::fail("ca.exists", "There is a CA in " + directory.string() + " already.", directory.string());
  }
  return lock;
}

base::Result<Certificate> root_of(const PrivateKey& key, const AuthoritySettings& settings, base::WallTime now) {
  CertificateDraft draft;
  draft.set_serial(random_serial());
  draft.set_validity(now - issue_backdating, now + settings.lifetime);
  draft.add_to_subject(SubjectPart::common_name, settings.name);
  draft.set_public_key(key.handle());
  draft.add_extension(NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
  draft.add_extension(NID_key_usage, "critical,keyCertSign,cRLSign");
  draft.add_extension(NID_subject_key_identifier, "hash");
  auto root = draft.sign(key);
  if (root && (is_weak(root->facts().public_key) || root->facts().public_key.kind == KeyKind::other)) {
    return base::fail("ca.weak-key",
                      "Expected at least RSA 2048 or EC 256 for the key of the CA, found " +
                          to_string(root->facts().public_key) + ".",
                      "key");
  }
  return root;
}

/// What is left to do once the key is where it stays.
base::Result<std::pair<Certificate, AuthorityLedger>> finish(const fs::path& directory,
                                                             const AuthoritySettings& settings, const PrivateKey& key,
                                                             base::WallTime now, const FileWriting& writing) {
  auto root = root_of(key, settings, now);
  if (!root) return tl::unexpected(root.error());
  auto ledger = AuthorityLedger::create(directory / "ledger", settings.crl_uri, writing);
  if (!ledger) return tl::unexpected(ledger.error());
  const std::string pem = root->to_pem();
  if (auto written = writing.replace(directory / "ca.pem", base::as_bytes(pem), 0644); !written) {
    return tl::unexpected(written.error());
  }
  return std::pair(std::move(*root), std::move(*ledger));
}

/// Where the key of a new CA stays; `other` is what an attempt that a crash cut may have left.
base::Result<void> keep_key(const fs::path& file, base::ByteView content, const fs::path& other,
                            const FileWriting& writing) {
  std::error_code error;
  fs::remove(other, error);
  if (!error) return writing.replace(file, content, 0600);
  return base::fail("file.write-failed", "The file " + other.string() + " cannot be removed: " + error.message() + ".",
                    other.string());
}

}  // namespace

base::Result<Authority> Authority::make(const fs::path& directory, const AuthoritySettings& settings,
                                        KeyAlgorithm algorithm, const base::Clock& clock, FileWriting writing) {
  auto lock = begin(directory, settings);
  if (!lock) return tl::unexpected(lock.error());
  const auto key = PrivateKey::generate(algorithm);
  if (!key) return tl::unexpected(key.error());
  const auto pem = key->to_pem();
  if (!pem) return tl::unexpected(pem.error());
  auto saved = keep_key(directory / "ca.key", pem->view(), directory / "ca.token", writing);
  if (!saved) return tl::unexpected(saved.error());
  auto made = finish(directory, settings, *key, clock.now(), writing);
  if (!made) return tl::unexpected(made.error());
  return Authority(directory, std::move(made->first), std::move(made->second), std::move(*lock), clock,
                   std::move(writing));
}

base::Result<Authority> Authority::make(const fs::path& directory, const AuthoritySettings& settings,
                                        const TokenUri& uri, const PrivateKey& key, const base::Clock& clock,
                                        FileWriting writing) {
  auto lock = begin(directory, settings);
  if (!lock) return tl::unexpected(lock.error());
  const std::string text = uri.to_string() + "\n";
  auto saved = keep_key(directory / "ca.token", base::as_bytes(text), directory / "ca.key", writing);
  if (!saved) return tl::unexpected(saved.error());
  auto made = finish(directory, settings, key, clock.now(), writing);
  if (!made) return tl::unexpected(made.error());
  return Authority(directory, std::move(made->first), std::move(made->second), std::move(*lock), clock,
                   std::move(writing));
}

}  // namespace cadenas::pki
