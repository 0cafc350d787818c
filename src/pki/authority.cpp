#include "pki/authority.hpp"

#include <algorithm>
#include <functional>
#include <span>

#include <openssl/x509v3.h>

#include "base/read_file.hpp"
#include "pki/certificate_draft.hpp"
#include "pki/chain.hpp"
#include "pki/crl_draft.hpp"
#include "pki/token_key.hpp"

namespace cadenas::pki {

namespace fs = std::filesystem;

/// What one certificate is to be, apart from serial, dates and issuer.
struct Authority::Wanted {
  IssuedKind kind;
  std::string common_name;
  std::chrono::days lifetime;
  EVP_PKEY* public_key;
  std::function<void(CertificateDraft&)> fill_in;  ///< subject after the CN, and extensions
};

namespace {

constexpr std::size_t largest_certificate_file = std::size_t{64} * 1024;
constexpr std::size_t longest_number = 32;
constexpr std::chrono::days longest_list_lifetime{366};

base::Result<std::string> canonical_mac(const std::string& text) {
  std::string digits;
  for (const char c : text) {
    if (c == ':' || c == '-' || c == '.') continue;
    digits += static_cast<char>(c >= 'a' && c <= 'f' ? c - 'a' + 'A' : c);
  }
  if (digits.size() == 12 && base::from_hex(digits)) return digits;
  return base::fail("ca.names-invalid", "Expected a MAC address of 12 hex digits, found \"" + text + "\".", text);
}

base::Result<void> check_number(const std::string& number) {
  const auto known = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("*#+._-").find(c) != std::string_view::npos;
  };
  if (!number.empty() && number.size() <= longest_number && std::all_of(number.begin(), number.end(), known)) return {};
  return base::fail(
      "ca.names-invalid",
      "A phone's number has 1 to 32 characters out of letters, digits and * # + . _ -, found \"" + number + "\".",
      number);
}

base::Result<PublishedList> checked(base::Bytes der, const Certificate& authority) {
  auto lists = UnverifiedCrl::parse(der);
  if (!lists) return tl::unexpected(lists.error());
  auto list = lists->front().verify(std::span(&authority, 1));
  if (!list) return tl::unexpected(list.error());
  return PublishedList{list->facts(), std::move(der)};
}

std::string pem_of_list(const base::Bytes& der) {
  std::string pem = "-----BEGIN X509 CRL-----\n";
  const std::string text = base::to_base64(der);
  for (std::size_t at = 0; at < text.size(); at += 64) pem += text.substr(at, 64) + "\n";
  return pem + "-----END X509 CRL-----\n";
}

}  // namespace

base::Result<Authority> Authority::open(const fs::path& directory, Purpose purpose, const base::Clock& clock,
                                        FileWriting writing) {
  const auto pem = base::read_file(directory / "ca.pem", largest_certificate_file);
  if (!pem) {
    return base::fail("ca.missing", "There is no CA in " + directory.string() + "; make one with `cadenas ca init`.",
                      directory.string());
  }
  auto certificate = Certificate::from_pem(base::as_text(*pem));
  if (!certificate) return tl::unexpected(certificate.error());
  std::optional<DirectoryLock> lock;
  if (purpose == Purpose::change) {
    auto taken = DirectoryLock::take(directory);
    if (!taken) return tl::unexpected(taken.error());
    lock.emplace(std::move(*taken));
  }
  // Behind the lock, so that what another process has just written is seen.
  auto ledger = AuthorityLedger::read(directory / "ledger", writing);
  if (!ledger) return tl::unexpected(ledger.error());
  return Authority(directory, std::move(*certificate), std::move(*ledger), std::move(lock), clock, std::move(writing));
}

base::Result<std::optional<TokenUri>> Authority::token() const {
  const auto text = base::read_file(directory_ / "ca.token", largest_certificate_file);
  if (!text) return std::optional<TokenUri>{};
  std::string_view line = base::as_text(*text);
  auto uri = TokenUri::parse(line.substr(0, line.find('\n')));
  if (!uri) return tl::unexpected(uri.error());
  return std::optional(std::move(*uri));
}

base::Result<PrivateKey> Authority::key(const base::SecretBytes* pin) const {
  const auto uri = token();
  if (!uri) return tl::unexpected(uri.error());
  if (*uri && pin == nullptr) {
    return base::fail("ca.pin-needed", "The key of the CA lives in a token; give its PIN.", "pin");
  }
  auto key = *uri ? open_token_key(**uri, *pin) : PrivateKey::load(directory_ / "ca.key");
  if (!key) return key;
  if (EVP_PKEY_eq(X509_get0_pubkey(certificate_.handle()), key->handle()) == 1) return key;
  return base::fail("ca.key-mismatch", "The key is not that of the CA's certificate.", directory_.string());
}

base::Result<Certificate> Authority::issue(const PrivateKey& signer, const Wanted& wanted) {
  const base::WallTime now = clock_->now();
  const CertificateFacts& own = certificate_.facts();
  if (certificate_.state(now) == CertificateState::expired) {
    return base::fail("ca.expired", "The CA has expired and can issue nothing more; make a new one.", own.subject);
  }
  if (wanted.lifetime < std::chrono::days(1) || wanted.lifetime > longest_authority_lifetime) {
    return base::fail("ca.lifetime-invalid", "Expected a lifetime of 1 day to 30 years.", "days");
  }
  // A certificate with the name of its issuer would pass for self-issued.
  if (wanted.common_name == own.common_name) {
    return base::fail("ca.name-taken", "\"" + wanted.common_name + "\" is the name of the CA itself.",
                      wanted.common_name);
  }
  CertificateDraft draft;
  draft.set_serial(random_serial());
  draft.set_issuer(certificate_);
  draft.set_validity(std::max(now - issue_backdating, own.not_before),
                     std::min<base::WallTime>(now + wanted.lifetime, own.not_after));
  draft.add_to_subject(SubjectPart::common_name, wanted.common_name);
  draft.set_public_key(wanted.public_key);
  wanted.fill_in(draft);
  if (!ledger_.crl_uri().empty()) draft.add_extension(NID_crl_distribution_points, "URI:" + ledger_.crl_uri());
  auto issued = draft.sign(signer);
  if (!issued) return issued;
  if (!has_signed(certificate_, *issued)) {
    return base::fail("cert.signing-failed", "The signature just made is not by the key of the CA.", own.subject);
  }
  auto noted = ledger_.add({.serial = issued->facts().serial,
                            .kind = wanted.kind,
                            .common_name = wanted.common_name,
                            .issued_at = now,
                            .not_after = issued->facts().not_after});
  if (!noted) return tl::unexpected(noted.error());
  return issued;
}

base::Result<Certificate> Authority::issue_for_system(const PrivateKey& signer, const SystemNames& names,
                                                      EVP_PKEY* public_key, std::chrono::days lifetime) {
  const auto wanted = names_in_certificate(names, "ca.names-invalid");
  if (!wanted) return tl::unexpected(wanted.error());
  return issue(signer, {IssuedKind::system, wanted->common_name, lifetime, public_key,
                        [&](CertificateDraft& draft) { draft.make_system_certificate(*wanted); }});
}

base::Result<Certificate> Authority::issue_for_phone(const PrivateKey& signer, const PhoneName& name,
                                                     EVP_PKEY* public_key, std::chrono::days lifetime) {
  if (auto good = check_number(name.number); !good) return tl::unexpected(good.error());
  const auto mac = name.mac.empty() ? base::Result<std::string>() : canonical_mac(name.mac);
  if (!mac) return tl::unexpected(mac.error());
  return issue(signer, {IssuedKind::phone, name.number, lifetime, public_key, [&](CertificateDraft& draft) {
                          if (!mac->empty()) draft.add_to_subject(SubjectPart::serial_number, *mac);
                          draft.make_leaf();
                          draft.add_extension(NID_ext_key_usage, "clientAuth");
                        }});
}

std::vector<std::string> Authority::standing(const std::string& common_name) const {
  const base::WallTime now = clock_->now();
  std::vector<std::string> serials;
  for (const IssuedEntry& entry : ledger_.entries()) {
    const bool ended = now >= entry.not_after + std::chrono::seconds(1);
    if (entry.common_name == common_name && !entry.revoked_at && !ended) serials.push_back(entry.serial);
  }
  return serials;
}

base::Result<void> Authority::revoke(const std::string& serial, RevocationReason reason) {
  return ledger_.revoke(serial, clock_->now(), reason);
}

base::Result<PublishedList> Authority::publish(const PrivateKey& signer, std::chrono::days lifetime) {
  if (lifetime < std::chrono::days(1) || lifetime > longest_list_lifetime) {
    return base::fail("ca.lifetime-invalid", "Expected a list to last 1 to 366 days.", "days");
  }
  const auto number = ledger_.take_list_number();
  if (!number) return tl::unexpected(number.error());
  const base::WallTime now = clock_->now();
  auto der = sign_crl({.number = *number, .this_update = now, .next_update = now + lifetime}, ledger_.entries(),
                      certificate_, signer);
  if (!der) return tl::unexpected(der.error());
  auto published = checked(std::move(*der), certificate_);
  if (!published) return published;
  const std::string pem = pem_of_list(published->der);
  return writing_.replace(list_file(), published->der, 0644)
      .and_then([&] { return writing_.replace(list_pem_file(), base::as_bytes(pem), 0644); })
      .map([&] { return std::move(*published); });
}

}  // namespace cadenas::pki
