#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "pki/authority_ledger.hpp"
#include "pki/certificate.hpp"
#include "pki/crl.hpp"
#include "pki/directory_lock.hpp"
#include "pki/key.hpp"
#include "pki/system_names.hpp"
#include "pki/token_uri.hpp"

namespace cadenas::pki {

/// The number a phone's certificate is for (MODE-3, TMA-10).
struct PhoneName {
  std::string number{};  ///< the CN; letters, digits and * # + . _ -, at most 32
  std::string mac{};     ///< 12 hex digits with or without separators; empty: not said
};

struct AuthoritySettings {
  std::string name{};  ///< its CN; at most 64 characters, none of them a control character
  std::chrono::days lifetime{3650};
  std::string crl_uri{};  ///< the http address where its lists will be; in every certificate it issues, empty: in none
};

inline constexpr std::chrono::days longest_authority_lifetime{30 * 366};
inline constexpr std::chrono::days system_certificate_lifetime{730};
inline constexpr std::chrono::days phone_certificate_lifetime{1095};  ///< a phone is seldom visited
inline constexpr std::chrono::days revocation_list_lifetime{30};
/// Of every certificate here: a phone whose clock is behind must not find it "not yet valid".
inline constexpr std::chrono::days issue_backdating{1};

/// What one publication made.
struct PublishedList {
  CrlFacts facts;
  base::Bytes der;
};

/// A private certificate authority for iPBXs and phones (CERT-2, CERT-3, CERT-5, CERT-7, CERT-9, TMA-10) in a directory
/// of its own, mode 0700: ca.pem (a self-signed root, CA:TRUE with no CA below it), ca.key (0600) or ca.token (the URI
/// of a key that lives in a token), ledger, ca.crl and ca.crl.pem. One process at a time changes it.
///
/// Over a crash at any step: a certificate is given only after its ledger line is on the disk, no serial is given
/// twice, and numbers of lists only rise. The key is no part of this value: what signs takes it. Blocking; one thread.
class Authority {
 public:
  /// Makes the directory with a new key of `algorithm`. Errors: "ca.exists", "ca.name-invalid", "ca.lifetime-invalid",
  /// "ca.uri-invalid", "ca.busy", "key.generation-failed", "cert.signing-failed", "file.write-failed".
  static base::Result<Authority> make(const std::filesystem::path& directory, const AuthoritySettings& settings,
                                      KeyAlgorithm algorithm, const base::Clock& clock,
                                      FileWriting writing = FileWriting::durable());
  /// The same with a key that stays in its token. Errors: also "ca.weak-key".
  static base::Result<Authority> make(const std::filesystem::path& directory, const AuthoritySettings& settings,
                                      const TokenUri& uri, const PrivateKey& key, const base::Clock& clock,
                                      FileWriting writing = FileWriting::durable());

  enum class Purpose { look, change };
  /// `clock` must outlive this. To `look` takes no lock and nothing may then be changed. Errors: "ca.missing",
  /// "cert.unreadable", "ca.ledger-unreadable", "ca.busy".
  static base::Result<Authority> open(const std::filesystem::path& directory, Purpose purpose, const base::Clock& clock,
                                      FileWriting writing = FileWriting::durable());

  const Certificate& certificate() const { return certificate_; }
  const AuthorityLedger& ledger() const { return ledger_; }
  std::filesystem::path certificate_file() const { return directory_ / "ca.pem"; }
  std::filesystem::path list_file() const { return directory_ / "ca.crl"; }  ///< DER
  std::filesystem::path list_pem_file() const { return directory_ / "ca.crl.pem"; }
  /// Where the key is if in a token. Errors: "token.uri" for a damaged file.
  base::Result<std::optional<TokenUri>> token() const;
  /// The key to sign with; `pin` is for a token and may be null otherwise. Errors: "ca.pin-needed", "ca.key-mismatch",
  /// those of PrivateKey::load and open_token_key.
  base::Result<PrivateKey> key(const base::SecretBytes* pin = nullptr) const;

  /// A certificate for `public_key` (not taken) of an iPBX: CN = TEL address, every address and FQDN in SAN, serverAuth
  /// and clientAuth (CERT-3). It ends with the CA where that is sooner. Errors: "ca.names-invalid", "ca.name-taken"
  /// (the CN is the CA's own), "ca.lifetime-invalid", "ca.expired", "cert.signing-failed", "file.write-failed".
  base::Result<Certificate> issue_for_system(const PrivateKey& signer, const SystemNames& names, EVP_PKEY* public_key,
                                             std::chrono::days lifetime = system_certificate_lifetime);
  /// The same of a phone: CN = number, its MAC as the subject's serialNumber, clientAuth. Errors: as above.
  base::Result<Certificate> issue_for_phone(const PrivateKey& signer, const PhoneName& name, EVP_PKEY* public_key,
                                            std::chrono::days lifetime = phone_certificate_lifetime);

  /// Serials of the certificates that stand (neither revoked nor past their end) and have this CN.
  std::vector<std::string> standing(const std::string& common_name) const;
  /// Takes effect with the next list. Errors: "ca.unknown-certificate", "ca.already-revoked", "file.write-failed".
  base::Result<void> revoke(const std::string& serial, RevocationReason reason);

  /// Signs a list of all that is revoked and replaces the files of the last one. Errors: "ca.lifetime-invalid" (1 day
  /// to 366), "crl.signing-failed", "file.write-failed".
  base::Result<PublishedList> publish(const PrivateKey& signer, std::chrono::days lifetime = revocation_list_lifetime);

 private:
  Authority(std::filesystem::path directory, Certificate certificate, AuthorityLedger ledger,
            std::optional<DirectoryLock> lock, const base::Clock& clock, FileWriting writing)
      : directory_(std::move(directory)),
        certificate_(std::move(certificate)),
        ledger_(std::move(ledger)),
        lock_(std::move(lock)),
        clock_(&clock),
        writing_(std::move(writing)) {}
  struct Wanted;
  base::Result<Certificate> issue(const PrivateKey& signer, const Wanted& wanted);

  std::filesystem::path directory_;
  Certificate certificate_;
  AuthorityLedger ledger_;
  std::optional<DirectoryLock> lock_;  ///< none: only to look
  const base::Clock* clock_;
  FileWriting writing_;
};

}  // namespace cadenas::pki
