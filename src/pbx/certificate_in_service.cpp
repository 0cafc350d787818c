#include "pbx/certificate_in_service.hpp"

#include <utility>

namespace cadenas::pbx {

std::optional<pki::Certificate> CertificateInService::current() const {
  const auto held = identity_.load();
  return held ? std::optional(held->leaf()) : std::nullopt;
}

std::vector<pki::Certificate> CertificateInService::trusted_by_phones() const {
  const auto held = identity_.load();
  return held ? pki::trust_for_phones(*held) : std::vector<pki::Certificate>{};
}

policy::CertificateState CertificateInService::state(base::WallTime now) const {
  const auto held = identity_.load();
  if (!held) return policy::CertificateState::none;
  switch (held->leaf().state(now)) {
    case pki::CertificateState::not_yet_valid:
      return policy::CertificateState::not_yet_valid;
    case pki::CertificateState::valid:
      return policy::CertificateState::valid;
    case pki::CertificateState::expiring:
      return policy::CertificateState::expiring;
    case pki::CertificateState::expired:
      break;
  }
  return policy::CertificateState::expired;
}

void CertificateInService::set(std::shared_ptr<const pki::Identity> identity) {
  identity_.store(std::move(identity));
}

}  // namespace cadenas::pbx
