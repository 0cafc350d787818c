#include "pki/crl.hpp"

#include <algorithm>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "pki/openssl_error.hpp"

namespace cadenas::pki {

const RevokedEntry* Crl::find(const SerialNumber& serial) const {
  const auto at = std::lower_bound(entries_->begin(), entries_->end(), serial,
                                   [](const RevokedEntry& entry, const SerialNumber& s) { return entry.serial < s; });
  return at != entries_->end() && at->serial == serial ? &*at : nullptr;
}

base::Result<void> Crl::check_dates(base::WallTime now) const {
  if (now < facts_->this_update) {
    return base::fail("crl.not-yet-valid", "The revocation list of " + facts_->issuer +
                                               " is from the future; check the clock of this system.");
  }
  if (!current(now)) {
    return base::fail(
        "crl.stale", "The revocation list of " + facts_->issuer + " is past its next update; fetch or load a new one.");
  }
  return {};
}

bool Crl::newer_than(const Crl& other) const {
  // An empty optional is less than any number.
  if (facts_->number != other.facts_->number) return other.facts_->number < facts_->number;
  return facts_->this_update > other.facts_->this_update;
}

bool UnverifiedCrl::may_be_from(const Certificate& issuer) const {
  if (X509_NAME_cmp(X509_CRL_get_issuer(list_.get()), X509_get_subject_name(issuer.handle())) != 0) return false;
  const ASN1_OCTET_STRING* key_id = X509_get0_subject_key_id(issuer.handle());
  if (facts_->authority_key_id.empty() || key_id == nullptr) return true;
  return facts_->authority_key_id ==
         base::to_hex({ASN1_STRING_get0_data(key_id), static_cast<std::size_t>(ASN1_STRING_length(key_id))});
}

base::Result<Crl> UnverifiedCrl::verify(std::span<const Certificate> issuers) const {
  bool named = false;
  bool may_not_sign = false;
  for (const Certificate& issuer : issuers) {
    if (!may_be_from(issuer)) continue;
    named = true;
    EVP_PKEY* key = X509_get0_pubkey(issuer.handle());
    if (key == nullptr || X509_CRL_verify(list_.get(), key) != 1) continue;
    const KeyUsage& usage = issuer.facts().key_usage;
    if (usage.present && !usage.crl_sign) {
      may_not_sign = true;
      continue;
    }
    ERR_clear_error();
    Crl crl;
    crl.facts_ = facts_;
    crl.entries_ = entries_;
    crl.issuer_ = IssuerId::of(issuer.handle());
    return crl;
  }
  ERR_clear_error();
  if (!named) {
    return base::fail("crl.unknown-issuer", "No certificate is loaded of the CA that issued the revocation list, " +
                                                facts_->issuer + "; load it first.");
  }
  return base::fail("crl.bad-signature",
                    may_not_sign ? "The key usage of " + facts_->issuer + " does not let it sign revocation lists."
                                 : "The signature of the revocation list is not that of " + facts_->issuer + ".");
}

}  // namespace cadenas::pki
