#include "pbx/alarm_conditions.hpp"

#include <string>

namespace cadenas::pbx {

namespace {

using alarms::Condition;

void judge_certificate(const pki::Certificate& certificate, base::WallTime now, std::vector<Condition>& out) {
  const pki::CertificateFacts& facts = certificate.facts();
  switch (certificate.state(now)) {
    case pki::CertificateState::valid:
      return;
    case pki::CertificateState::expiring: {
      const auto left = std::chrono::floor<std::chrono::days>(facts.not_after - now).count();
      // One that is self-signed renews itself: nobody needs to be told each day (OPS-3).
      out.push_back({"certificate.expiring", facts.subject,
                     "The certificate of the SIP service ends in " + std::to_string(left) + " days.",
                     !facts.self_signed});
      return;
    }
    case pki::CertificateState::expired:
      out.push_back({"certificate.expired", facts.subject,
                     "The certificate of the SIP service has expired: voice is not encrypted (RIGHT-6).", false});
      return;
    case pki::CertificateState::not_yet_valid:
      out.push_back({"certificate.not-yet-valid", facts.subject,
                     "The certificate of the SIP service is not valid yet: voice is not encrypted (RIGHT-6).", false});
      return;
  }
}

/// MODE-6: nothing is open where a certificate ought to be, and this is said.
void tell_of_none(const AlarmFacts& facts, std::vector<Condition>& out) {
  const std::string why = facts.why_none.empty() ? "" : " " + facts.why_none;
  if (facts.settings->mode == store::TransportMode::bothway) {
    out.push_back({"bothway.no-certificate", "", "BOTHWAY without a certificate: no phone can connect." + why, false});
  } else if (facts.settings->mode == store::TransportMode::pbx_cert) {
    out.push_back(
        {"certificate.missing", "", "No certificate is in service: no phone can connect by TLS." + why, false});
  }
}

void judge_lists(const pki::PhoneAuthorities& authorities, const store::PhoneCertificateRules& rules,
                 std::vector<Condition>& out) {
  for (const pki::PhoneAuthority& authority : authorities) {
    const std::string& subject = authority.certificate.facts().subject;
    if (!authority.list) {
      // A CA that publishes none is the common case; where the rules ask for one its phones are shut out.
      if (rules.refuse_without_crl) {
        out.push_back({"crl.missing", subject, "No revocation list: phones under this CA are refused.", false});
      }
    } else if (authority.problem && authority.problem->code == "crl.stale") {
      out.push_back({"crl.stale", subject,
                     rules.refuse_on_stale_crl ? "Its revocation list is out of date: phones under it are refused."
                                               : "Its revocation list is out of date.",
                     false});
    }
  }
}

void judge_eip(const AlarmFacts& facts, std::vector<Condition>& out) {
  if (!facts.settings->eip_in_service) {
    out.push_back(
        {"eip.out-of-service", "", "The media board was taken out of service: it takes no new calls.", false});
  }
  for (const base::AddressCheck& check : facts.eip_addresses) {
    const std::string address = check.address.address();
    if (check.state == base::AddressState::conflict)
      out.push_back({"eip.address-conflict", address, check.reason, false});
    if (check.state == base::AddressState::absent) out.push_back({"eip.address-missing", address, check.reason, false});
  }
  for (const std::string& shelf : facts.shelves_missing) {
    out.push_back({"tdm.shelf-missing", shelf, "Its declared ports have no calls until its card is back.", false});
  }
}

}  // namespace

std::vector<Condition> alarm_conditions(const AlarmFacts& facts, base::WallTime now) {
  std::vector<Condition> out;
  const store::SystemSettings& settings = *facts.settings;
  if (!settings.licensed) out.push_back({"licence.missing", "", "Encryption is not unlocked on this system.", false});
  if (!facts.clock_disciplined) {
    out.push_back({"clock.unsynchronised", "", "Nothing keeps the clock of this system to a reference.", false});
  }
  if (facts.certificate) {
    judge_certificate(*facts.certificate, now, out);
    if (facts.certificate_revoked) {
      out.push_back({"certificate.revoked", facts.certificate->facts().subject,
                     "The CA says that the certificate of the SIP service is revoked: phones that ask refuse it.",
                     false});
    }
  } else {
    tell_of_none(facts, out);
  }
  if (settings.mode == store::TransportMode::bothway) {
    judge_lists(*facts.authorities, settings.phone_certificates, out);
  }
  judge_eip(facts, out);
  for (const std::string& destination : facts.unanswering) {
    out.push_back({"snmp.unreachable", destination, "The latest notification to this manager was lost.", false});
  }
  if (facts.relays) {
    for (const rtpengine::InstanceView& relay : facts.relays->instances) {
      if (relay.state == rtpengine::InstanceState::down) {
        out.push_back({"media.relay-down", relay.control, relay.reason, false});
      }
    }
  }
  return out;
}

}  // namespace cadenas::pbx
