#pragma once

#include <optional>

#include "base/clock.hpp"
#include "base/published.hpp"
#include "pki/certificate.hpp"
#include "policy/facts.hpp"

namespace cadenas::pbx {

/// The certificate the SIP service shows, if any: what the encryption decision asks for (RIGHT-6) and the pages show.
/// Any thread; reading takes no lock.
class CertificateInService {
 public:
  /// Nothing in NO TLS (MODE-1).
  std::optional<pki::Certificate> current() const;
  policy::CertificateState state(base::WallTime now) const;
  void set(std::optional<pki::Certificate> certificate);

 private:
  base::Published<pki::Certificate> certificate_;
};

}  // namespace cadenas::pbx
