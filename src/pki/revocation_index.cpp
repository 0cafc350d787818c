#include "pki/revocation_index.hpp"

#include <algorithm>

#include <openssl/err.h>
#include <openssl/x509v3.h>

namespace cadenas::pki {
namespace {

/// Sorts by issuer and leaves the newest of each.
std::vector<Crl> newest_of_each(std::vector<Crl> lists) {
  // The newest first, and of equals the last given: reversed before a sort that keeps their order.
  std::reverse(lists.begin(), lists.end());
  std::stable_sort(lists.begin(), lists.end(), [](const Crl& a, const Crl& b) {
    return a.issuer() != b.issuer() ? a.issuer() < b.issuer() : a.newer_than(b);
  });
  const auto same_issuer = [](const Crl& a, const Crl& b) { return a.issuer() == b.issuer(); };
  lists.erase(std::unique(lists.begin(), lists.end(), same_issuer), lists.end());
  return lists;
}

bool issued_by(const Certificate& certificate, const Certificate& issuer) {
  return X509_check_issued(issuer.handle(), certificate.handle()) == X509_V_OK &&
         X509_verify(certificate.handle(), X509_get0_pubkey(issuer.handle())) == 1;
}

}  // namespace

std::string_view to_string(RevocationState state) {
  switch (state) {
    case RevocationState::good:
      return "good";
    case RevocationState::stale:
      return "stale";
    case RevocationState::unknown:
      return "unknown";
    case RevocationState::revoked:
      return "revoked";
  }
  return {};
}

std::shared_ptr<const RevocationIndex> RevocationIndex::make(std::span<const Certificate> authorities,
                                                             std::vector<Crl> lists, RevocationPolicy policy) {
  const std::shared_ptr<RevocationIndex> index(new RevocationIndex(newest_of_each(std::move(lists)), policy));
  if (!index->lists_.empty()) index->find_revoked_authorities(authorities);
  return index;
}

void RevocationIndex::find_revoked_authorities(std::span<const Certificate> authorities) {
  struct Link {
    const Certificate* certificate;
    const Certificate* issuer;
  };
  std::vector<Link> links;
  for (const Certificate& certificate : authorities) {
    if (certificate.facts().self_signed) continue;
    for (const Certificate& issuer : authorities) {
      if (issued_by(certificate, issuer)) links.push_back({&certificate, &issuer});
    }
  }
  ERR_clear_error();
  // Until a round finds none: what a revoked CA has signed falls with it.
  for (bool found = true; found;) {
    found = false;
    for (const Link& link : links) {
      const CertificateId id = CertificateId::of(link.certificate->handle());
      if (find_revoked(id) != nullptr) continue;
      const RevokedEntry* entry = find_revoked(CertificateId::of(link.issuer->handle()));
      const Crl* list = list_of(IssuerId::of(link.issuer->handle()));
      if (entry == nullptr && list != nullptr) {
        entry = list->find(SerialNumber::of(X509_get0_serialNumber(link.certificate->handle())));
      }
      if (entry == nullptr) continue;
      revoked_authorities_.push_back({id, entry});
      found = true;
    }
  }
}

const RevokedEntry* RevocationIndex::find_revoked(const CertificateId& authority) const {
  const auto at = std::find_if(revoked_authorities_.begin(), revoked_authorities_.end(),
                               [&](const RevokedAuthority& one) { return one.certificate == authority; });
  return at == revoked_authorities_.end() ? nullptr : at->entry;
}

const Crl* RevocationIndex::list_of(const IssuerId& issuer) const {
  const auto at = std::lower_bound(lists_.begin(), lists_.end(), issuer,
                                   [](const Crl& list, const IssuerId& id) { return list.issuer() < id; });
  return at != lists_.end() && at->issuer() == issuer ? &*at : nullptr;
}

std::pair<const RevokedEntry*, std::size_t> RevocationIndex::find_revoked(const ChainKeys& chain) const {
  for (std::size_t i = 0; i < chain.certificates.size(); ++i) {
    const Crl* list = list_of(chain.certificates[i].issuer);
    if (list == nullptr) continue;
    if (const RevokedEntry* entry = list->find(chain.certificates[i].serial); entry != nullptr) return {entry, i};
  }
  if (chain.anchor && !revoked_authorities_.empty()) {
    return {find_revoked(*chain.anchor), chain.certificates.size()};
  }
  return {nullptr, 0};
}

ChainVerdict RevocationIndex::judge(const ChainKeys& chain, base::WallTime now) const {
  if (const auto [entry, position] = find_revoked(chain); entry != nullptr) {
    return {RevocationState::revoked, true, position, entry->time()};
  }
  ChainVerdict worst;
  // A root answers for itself: nobody above it could revoke it.
  const std::size_t asked = chain.certificates.size() - (chain.rooted ? 1 : 0);
  for (std::size_t i = 0; i < asked; ++i) {
    const Crl* list = list_of(chain.certificates[i].issuer);
    if (list != nullptr && list->current(now)) continue;
    const auto state = list == nullptr ? RevocationState::unknown : RevocationState::stale;
    const OnDoubt rule = list == nullptr ? policy_.missing_list : policy_.stale_list;
    const ChainVerdict verdict{state, rule == OnDoubt::refuse, i, std::nullopt};
    if (std::pair(verdict.refused, verdict.state) > std::pair(worst.refused, worst.state)) worst = verdict;
  }
  return worst;
}

}  // namespace cadenas::pki
