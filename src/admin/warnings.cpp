#include "admin/warnings.hpp"

#include "policy/condition.hpp"

namespace cadenas::admin {

namespace {

base::Error missing(policy::Condition condition) {
  const auto& text = policy::text(condition);
  return {std::string(text.code), std::string(text.sentence), std::string(text.where_en)};
}

}  // namespace

std::vector<base::Error> warnings(const store::SystemSettings& settings,
                                  const std::optional<pki::Certificate>& certificate, base::WallTime now) {
  std::vector<base::Error> out;
  if (!settings.licensed) out.push_back(missing(policy::Condition::licence));
  if (!settings.voice_encryption) out.push_back(missing(policy::Condition::voice_encryption));
  if (settings.mode == store::TransportMode::no_tls) {
    out.push_back({"mode.no-tls", "The SIP service is in NO TLS: nothing is encrypted.",
                   "Web Admin, 4.4.4 Network > Encryption and IP parameters; cadenas settings --mode pbx_cert"});
    return out;
  }
  if (!certificate) {
    out.push_back(missing(policy::Condition::certificate_present));
    return out;
  }
  switch (certificate->state(now)) {
    case pki::CertificateState::not_yet_valid:
      out.push_back(missing(policy::Condition::certificate_begun));
      break;
    case pki::CertificateState::expired:
      out.push_back(missing(policy::Condition::certificate_not_expired));
      break;
    case pki::CertificateState::expiring:
      out.push_back({"cert.expiring", "The certificate of this system ends within 14 days.",
                     std::string(policy::text(policy::Condition::certificate_present).where_en)});
      break;
    case pki::CertificateState::valid:
      break;
  }
  if (certificate->facts().self_signed) {
    out.push_back({"cert.self-signed",
                   "The certificate is self-signed: voice is encrypted, but phones cannot tell who they speak to.",
                   std::string(policy::text(policy::Condition::certificate_present).where_en)});
  }
  return out;
}

}  // namespace cadenas::admin
