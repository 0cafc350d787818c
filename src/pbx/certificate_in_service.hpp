#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "base/published.hpp"
#include "pki/certificate.hpp"
#include "pki/identity.hpp"
#include "policy/facts.hpp"

namespace cadenas::pbx {

/// The certificate the SIP service shows, if any: what the encryption decision asks for (RIGHT-6) and the pages show.
/// Any thread; reading takes no lock.
class CertificateInService {
 public:
  /// Nothing in NO TLS (MODE-1).
  std::optional<pki::Certificate> current() const;
  /// What phones must trust to know it (CERT-10), see pki::trust_for_phones.
  std::vector<pki::Certificate> trusted_by_phones() const;
  policy::CertificateState state(base::WallTime now) const;
  /// Null for nothing.
  void set(std::shared_ptr<const pki::Identity> identity);
  /// With its key, for who puts it into service.
  std::shared_ptr<const pki::Identity> identity() const { return identity_.load(); }

 private:
  base::Published<pki::Identity> identity_;
};

}  // namespace cadenas::pbx
