#include "pki/chain.hpp"

#include <algorithm>
#include <cstddef>
#include <tuple>

#include <openssl/err.h>
#include <openssl/x509v3.h>

namespace cadenas::pki {
namespace {

using Index = std::size_t;

/// By name and key identifiers; without looking at the signature.
bool names_as_issuer(const Certificate& subject, const Certificate& issuer) {
  const int result = X509_check_issued(issuer.handle(), subject.handle());
  // Whether the issuer may sign at all is for the rules to say.
  return result == X509_V_OK || result == X509_V_ERR_KEYUSAGE_NO_CERTSIGN;
}

bool in_dates(const Certificate& certificate, base::WallTime now) {
  const CertificateState state = certificate.state(now);
  return state == CertificateState::valid || state == CertificateState::expiring;
}

/// One certificate above another.
struct Link {
  Index issuer;
  bool verified;
};

struct Branch {
  std::vector<Index> way;  ///< leaf first
  bool rooted = false;
};

/// What is looked for on the way up, from strict to lenient.
enum class Accept { able_issuers, signed_links, any_links };

class Forest {
 public:
  Forest(const std::vector<Certificate>& certificates, base::WallTime now)
      : certificates_(certificates), links_(certificates.size()), able_(certificates.size()) {
    for (Index subject = 0; subject < certificates.size(); ++subject) {
      able_[subject] = may_sign_certificates(certificates[subject].facts()) && in_dates(certificates[subject], now);
      for (Index issuer = 0; issuer < certificates.size(); ++issuer) {
        if (issuer == subject || !names_as_issuer(certificates[subject], certificates[issuer])) continue;
        links_[subject].push_back({issuer, has_signed(certificates[issuer], certificates[subject])});
      }
    }
  }

  Branch branch_of(Index leaf) const {
    Branch able = climb(leaf, Accept::able_issuers);
    if (able.rooted) return able;
    Branch verified = climb(leaf, Accept::signed_links);
    if (verified.rooted) return verified;
    Branch any = climb(leaf, Accept::any_links);
    if (any.rooted || any.way.size() > verified.way.size()) return any;
    return verified.way.size() > able.way.size() ? verified : able;
  }

 private:
  bool is_root(Index at, Accept accept) const {
    const Certificate& certificate = certificates_[at];
    return certificate.facts().self_signed ||
           (accept == Accept::any_links && names_as_issuer(certificate, certificate));
  }

  bool passes(const Link& link, Accept accept) const {
    if (accept == Accept::any_links) return true;
    return link.verified && (accept == Accept::signed_links || able_[link.issuer]);
  }

  /// Breadth first, each certificate once: the first root found is the nearest, and loops end. Without a root the way
  /// goes to the last found that has nobody above it, or in a loop to the last found at all.
  Branch climb(Index leaf, Accept accept) const {
    std::vector<Index> found{leaf};
    std::vector<std::optional<Index>> below(certificates_.size());
    std::optional<Index> end;
    for (Index next = 0; next < found.size(); ++next) {
      const Index at = found[next];
      if (is_root(at, accept)) return {way_to(at, leaf, below), true};
      bool topmost = true;
      for (const Link& link : links_[at]) {
        if (!passes(link, accept)) continue;
        topmost = false;
        if (link.issuer == leaf || below[link.issuer]) continue;
        below[link.issuer] = at;
        found.push_back(link.issuer);
      }
      if (topmost) end = at;
    }
    return {way_to(end.value_or(found.back()), leaf, below), false};
  }

  static std::vector<Index> way_to(Index top, Index leaf, const std::vector<std::optional<Index>>& below) {
    std::vector<Index> way{top};
    while (way.back() != leaf) way.push_back(*below[way.back()]);
    std::reverse(way.begin(), way.end());
    return way;
  }

  const std::vector<Certificate>& certificates_;
  std::vector<std::vector<Link>> links_;
  std::vector<bool> able_;
};

/// Each once, in an order that is the same however they came: those in their dates first, then the latest to end.
void put_in_order(std::vector<Certificate>& certificates, base::WallTime now) {
  const auto rank = [now](const Certificate& certificate) {
    const CertificateFacts& facts = certificate.facts();
    return std::tuple(!in_dates(certificate, now), -facts.not_after.time_since_epoch().count(),
                      std::string_view(facts.fingerprint_sha256));
  };
  std::sort(certificates.begin(), certificates.end(),
            [&rank](const Certificate& a, const Certificate& b) { return rank(a) < rank(b); });
  certificates.erase(std::unique(certificates.begin(), certificates.end()), certificates.end());
}

/// The first in order, but a CA or a self-signed one only where there is no other.
std::optional<Index> leaf_of(const PrivateKey& key, const std::vector<Certificate>& certificates) {
  std::optional<Index> best;
  const auto rank = [&certificates](Index at) {
    const CertificateFacts& facts = certificates[at].facts();
    return std::pair(facts.basic_constraints.ca, facts.self_signed);
  };
  for (Index i = 0; i < certificates.size(); ++i) {
    if (X509_check_private_key(certificates[i].handle(), key.handle()) != 1) continue;
    if (!best || rank(i) < rank(*best)) best = i;
  }
  ERR_clear_error();
  return best;
}

}  // namespace

bool may_sign_certificates(const CertificateFacts& facts) {
  return facts.basic_constraints.ca && (!facts.key_usage.present || facts.key_usage.key_cert_sign);
}

bool has_signed(const Certificate& issuer, const Certificate& subject) {
  EVP_PKEY* key = X509_get0_pubkey(issuer.handle());
  const bool verified = key != nullptr && X509_verify(subject.handle(), key) == 1;
  ERR_clear_error();
  return verified;
}

base::Result<Chain> build_chain(const PrivateKey& key, std::vector<Certificate> certificates, base::WallTime now) {
  put_in_order(certificates, now);
  const auto leaf = leaf_of(key, certificates);
  if (!leaf) {
    return base::fail("chain.no-leaf",
                      "No certificate is for the private key; load the key together with the certificate made for it.");
  }
  const Branch branch = Forest(certificates, now).branch_of(*leaf);
  Chain chain{.leaf = certificates[*leaf], .intermediates = {}, .root = {}, .missing_issuer = {}, .extra = {}};
  const Index top = branch.way.back();
  for (const Index at : branch.way) {
    if (at == *leaf) continue;
    if (at == top && branch.rooted) {
      chain.root = certificates[at];
    } else {
      chain.intermediates.push_back(certificates[at]);
    }
  }
  if (!branch.rooted) chain.missing_issuer = certificates[top].facts().issuer;
  for (Index i = 0; i < certificates.size(); ++i) {
    if (std::find(branch.way.begin(), branch.way.end(), i) == branch.way.end()) chain.extra.push_back(certificates[i]);
  }
  return chain;
}

}  // namespace cadenas::pki
