#include "pki/identity_store.hpp"

#include <fstream>
#include <iterator>
#include <optional>

#include "pki/chain.hpp"

namespace cadenas::pki {
namespace {

namespace fs = std::filesystem;

base::Error finding(std::string code, std::string message, std::string field = {}) {
  return {std::move(code), std::move(message), std::move(field)};
}

base::Result<std::vector<Certificate>> load_certificates(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  const std::string pem{std::istreambuf_iterator<char>(in), {}};
  auto chain = Certificate::chain_from_pem(pem);
  if (!chain) return base::fail("identity.unreadable", chain.error().message, file.string());
  return chain;
}

/// Closes a key that others could read; it may have been read before, which only the administrator can judge.
void close_to_others(const fs::path& key, Findings& findings) {
  std::error_code error;
  const fs::perms mode = fs::status(key, error).permissions();
  constexpr fs::perms owner_only = fs::perms::owner_read | fs::perms::owner_write;
  if (error || (mode & fs::perms::mask & ~owner_only) == fs::perms::none) return;
  fs::permissions(key, owner_only, error);
  findings.push_back(
      error ? finding("identity.key-mode-open",
                      "The private key can be read by others and its mode cannot be changed: " + error.message() +
                          ". Make a new certificate once this is mended.",
                      key.string())
            : finding("identity.key-mode-fixed",
                      "The private key could be read by others; its mode is 0600 again. Make a new certificate if "
                      "somebody may have read it.",
                      key.string()));
}

/// Why a self-signed certificate must be made anew; nothing if it may stay.
std::optional<std::string> reason_to_renew(const Certificate& leaf, const SelfSignedNames& names,
                                           const SelfSignedOptions& options, base::WallTime now) {
  const CertificateFacts& facts = leaf.facts();
  if (const CertificateState state = leaf.state(now); state != CertificateState::valid) {
    return "it was " + std::string(to_string(state));
  }
  if (!says_exactly(leaf, names)) return "the addresses or names of the iPBX have changed";
  const KeyKind kind = is_rsa(options.key) ? KeyKind::rsa : KeyKind::ec;
  const std::string_view hash = options.hash == SignatureHash::sha256 ? "SHA256" : "SHA1";
  if (facts.public_key.kind != kind || facts.signature_hash != hash)
    return "another kind of key or signature is asked for";
  return std::nullopt;
}

/// The root beside the chain; one that did not sign the chain's end is of an identity before, and none.
std::optional<Certificate> load_root(const fs::path& file, const Certificate& chain_end) {
  std::error_code ignored;
  if (!fs::exists(file, ignored)) return std::nullopt;
  const auto certificates = load_certificates(file);
  if (!certificates || !has_signed(certificates->front(), chain_end)) return std::nullopt;
  return certificates->front();
}

void judge_foreign(const Certificate& leaf, base::WallTime now, Findings& findings) {
  const CertificateState state = leaf.state(now);
  if (state == CertificateState::valid) return;
  findings.push_back(finding("cert." + std::string(to_string(state)),
                             "The certificate " + leaf.facts().subject + " is " + std::string(to_string(state)) +
                                 "; have its issuer sign a new one and import it."));
}

}  // namespace

base::Result<StoredIdentity> IdentityStore::open(const SelfSignedNames& names, const SelfSignedOptions& options) {
  if (auto recovered = files_.recover(); !recovered) return tl::unexpected(recovered.error());
  std::error_code ignored;
  if (!fs::exists(certificate_file(), ignored)) return make_anew(names, options, "there was none", {});

  auto certificates = load_certificates(certificate_file());
  if (!certificates) return tl::unexpected(certificates.error());
  const Certificate leaf = certificates->front();
  auto root = load_root(root_file(), certificates->back());
  const bool ours = leaf.facts().self_signed;

  Findings findings;
  if (!fs::exists(key_file(), ignored)) {
    if (ours) return make_anew(names, options, "its key was missing", {});
    return base::fail("identity.unreadable", "The key of the certificate " + leaf.facts().subject + " is missing.",
                      key_file().string());
  }
  close_to_others(key_file(), findings);
  auto key = PrivateKey::load(key_file());
  if (!key) return base::fail("identity.unreadable", key.error().message, key_file().string());

  auto identity =
      Identity::make(std::move(*key), leaf, {certificates->begin() + 1, certificates->end()}, std::move(root));
  if (!identity) {
    if (ours) return make_anew(names, options, "its key was another's", std::move(findings));
    return tl::unexpected(identity.error());
  }
  if (!ours) {
    judge_foreign(leaf, clock_.now(), findings);
  } else if (const auto reason = reason_to_renew(leaf, names, options, clock_.now())) {
    return make_anew(names, options, *reason, std::move(findings));
  }
  return StoredIdentity{std::make_shared<const Identity>(std::move(*identity)), false, std::move(findings)};
}

base::Result<StoredIdentity> IdentityStore::regenerate(const SelfSignedNames& names, const SelfSignedOptions& options) {
  return make_anew(names, options, "it was asked for", {});
}

base::Result<StoredIdentity> IdentityStore::import(std::shared_ptr<const Identity> identity) {
  if (auto written = files_.replace(*identity); !written) return tl::unexpected(written.error());
  const std::string& subject = identity->leaf().facts().subject;
  return StoredIdentity{
      identity, true, {finding("identity.imported", "The certificate " + subject + " was imported.")}};
}

bool IdentityStore::holds_only_ours() const {
  const auto certificates = load_certificates(certificate_file());
  if (!certificates || !is_made_here(certificates->front())) return false;
  std::error_code ignored;
  if (!fs::exists(key_file(), ignored)) return true;
  auto key = PrivateKey::load(key_file());
  return key && Identity::make(std::move(*key), certificates->front()).has_value();
}

base::Result<StoredIdentity> IdentityStore::make_anew(const SelfSignedNames& names, const SelfSignedOptions& options,
                                                      const std::string& reason, Findings findings) {
  auto identity = make_self_signed(names, clock_.now(), options);
  if (!identity) return tl::unexpected(identity.error());
  if (!holds_only_ours()) {
    const auto kept = files_.keep_copy(clock_.now());
    if (!kept) return tl::unexpected(kept.error());
    if (*kept) {
      findings.push_back(finding("identity.foreign-kept",
                                 "The key or certificate replaced was not made by this system: it is kept under " +
                                     (*kept)->string() + "-*. Import a certificate signed by a CA in its place.",
                                 (*kept)->string()));
    }
  }
  if (auto written = files_.replace(*identity); !written) return tl::unexpected(written.error());
  findings.push_back(finding(
      "identity.created",
      "A self-signed certificate for " + identity->leaf().facts().common_name + " was made, because " + reason + "."));
  return StoredIdentity{std::make_shared<const Identity>(std::move(*identity)), true, std::move(findings)};
}

}  // namespace cadenas::pki
