#include "pbx/certificate_in_service.hpp"

#include <utility>

namespace cadenas::pbx {

std::optional<pki::Certificate> CertificateInService::current() const {
  const auto held = certificate_.load();
  return held ? std::optional(*held) : std::nullopt;
}

policy::CertificateState CertificateInService::state(base::WallTime now) const {
  const auto held = certificate_.load();
  if (!held) return policy::CertificateState::none;
  switch (held->state(now)) {
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

void CertificateInService::set(std::optional<pki::Certificate> certificate) {
  certificate_.store(certificate ? std::make_shared<const pki::Certificate>(*std::move(certificate)) : nullptr);
}

}  // namespace cadenas::pbx
