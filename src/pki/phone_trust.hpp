#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/published.hpp"
#include "pki/certificate.hpp"
#include "pki/content_rules.hpp"
#include "pki/crl.hpp"
#include "pki/crl_cache.hpp"
#include "pki/revocation_index.hpp"

namespace cadenas::pki {

/// A CA that phones are trusted under, and what is known of its revocation list.
struct PhoneAuthority {
  Certificate certificate;
  std::optional<CrlFacts> list;        ///< in service
  std::string list_source;             ///< "file", or the distribution point it came from; empty without a list
  std::optional<base::Error> problem;  ///< no list, or a list out of its dates, or one that could not be fetched
};
using PhoneAuthorities = std::vector<PhoneAuthority>;

/// What one distribution point gave.
struct FetchedCrl {
  std::string uri;
  base::Result<CachedCrl> outcome;
};

/// The CAs whose certificates phones show in BOTHWAY (MODE-3, CERT-10) with their revocation lists (CERT-7): kept as
/// files, published as one index. Blocking file and signature work: on one thread, not a signalling one; `authorities`
/// and what `revocation` points to may be read by any.
class PhoneTrust {
 public:
  /// `clock` must outlive this. Nothing is read yet.
  PhoneTrust(std::filesystem::path directory, const base::Clock& clock);

  /// Takes up what is kept. No file: nobody is trusted. Errors: "phone-ca.unreadable"; nobody is trusted then.
  base::Result<void> open();

  /// Replaces the CAs by those of a PEM text. Findings are what to know about CAs that were taken ("phone-ca.expired",
  /// "phone-ca.not-yet-valid"). Errors, with everything as it was: "phone-ca.unreadable", "phone-ca.not-a-ca" (the
  /// field names which), "file.write-failed".
  base::Result<std::vector<Finding>> replace_authorities(std::string_view pem);

  /// Takes revocation lists, DER or PEM, of loaded CAs into service; all or none. Errors: those of UnverifiedCrl,
  /// "crl.superseded" (a newer one is loaded already), "file.write-failed".
  base::Result<std::vector<CrlFacts>> add_lists(base::ByteView octets);

  /// Where lists of the loaded CAs are published, as these, `own` (which may be null) and `configured` say.
  std::vector<std::string> distribution_points(const Certificate* own,
                                               const std::vector<std::string>& configured) const;
  /// Takes what was fetched in place of what was fetched before.
  void take_fetched(std::vector<FetchedCrl> fetched);
  void set_policy(RevocationPolicy policy);

  /// The CAs themselves, in the order of their file.
  std::vector<Certificate> certificates() const;
  /// Never null. Dates are as of the last change or `look_at_dates`.
  std::shared_ptr<const PhoneAuthorities> authorities() const { return published_.load(); }
  void look_at_dates() { publish(); }
  /// What handshakes and audit look certificates up in; lives as long as somebody holds it.
  std::shared_ptr<const LiveRevocation> revocation() const { return revocation_; }

 private:
  struct Loaded {
    Crl list;
    std::string source;
  };
  std::filesystem::path authorities_file() const { return directory_ / "phone-ca.pem"; }
  std::filesystem::path list_file(const IssuerId& issuer) const;
  void read_lists();
  /// The newest list of that issuer; null if none is loaded.
  const Loaded* newest(const IssuerId& issuer) const;
  void rebuild();
  void publish();

  std::filesystem::path directory_;
  const base::Clock& clock_;
  RevocationPolicy policy_;
  std::vector<Certificate> authorities_;
  std::vector<Loaded> from_files_;
  std::vector<Loaded> fetched_;
  std::map<std::string, base::Error> fetch_problems_;  // by URI
  std::shared_ptr<LiveRevocation> revocation_ = std::make_shared<LiveRevocation>();
  base::Published<PhoneAuthorities> published_;
};

}  // namespace cadenas::pki
