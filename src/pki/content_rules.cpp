#include "pki/content_rules.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/endpoint.hpp"
#include "pki/branch_rules.hpp"
#include "pki/finding_list.hpp"

namespace cadenas::pki {
namespace {

bool is_address(const std::string& text, const std::string& address) {
  const auto left = base::Endpoint::parse(text, 0);
  const auto right = base::Endpoint::parse(address, 0);
  return left && right && *left == *right;
}

bool alternative_names_hold_address(const Certificate& leaf, const std::string& address) {
  const auto& named = leaf.facts().ip_addresses;
  return std::any_of(named.begin(), named.end(), [&](const std::string& text) { return is_address(text, address); });
}

/// In SAN, wildcards included; in the CN only where SAN has no name at all (RFC 6125 §6.4.4).
bool names_host(const Certificate& leaf, const std::string& host) {
  const int result =
      X509_check_host(leaf.handle(), host.data(), host.size(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS, nullptr);
  ERR_clear_error();
  return result == 1;
}

bool alternative_names_hold_host(const Certificate& leaf, const std::string& host) {
  return !leaf.facts().dns_names.empty() && names_host(leaf, host);
}

/// What a sentence quotes of a certificate, which may hold thousands of names.
std::string names_of(const Certificate& leaf) {
  const CertificateFacts& facts = leaf.facts();
  std::string text = "CN \"" + facts.common_name.substr(0, 64) + "\"";
  std::size_t left = 8;
  for (const auto* names : {&facts.ip_addresses, &facts.dns_names}) {
    for (const std::string& name : *names) {
      if (left-- == 0) return text + "...";
      text += ", " + name.substr(0, 64);
    }
  }
  return text;
}

/// CERT-4, its rules about the address; each has its own error, so that each can be acted on.
void check_address(const Certificate& leaf, const SystemFacts& system, FindingList& findings) {
  const std::string& address = system.tel_address;
  const bool named = leaf.names_address(address);
  const std::string found = ", found " + names_of(leaf) + "; ask the CA for a certificate with this address.";
  if (!named && system.reached != Reach::by_host_name) {
    const bool names_others =
        !leaf.facts().ip_addresses.empty() || base::Endpoint::parse(leaf.facts().common_name, 0).has_value();
    if (names_others) {
      findings.error(
          "cert.wrong-address",
          "The certificate is for another address: expected " + address + ", by which phones reach this system" + found,
          address);
    } else {
      findings.error("cert.ip-missing",
                     "Expected the address " + address + ", by which phones reach this system" + found, address);
    }
  }
  if (!named && system.sip_service && !system.fqdn_configuration) {
    findings.error("cert.sip-needs-ip", "Expected the address " + address + ", which the SIP service needs" + found,
                   address);
  }
  if (!named && system.multisite && !system.fqdn_configuration) {
    findings.error("cert.multisite-needs-ip",
                   "Expected the address " + address + " in CN or SAN, which the links between sites need" + found,
                   address);
  }
  if (system.phones_5300 && !is_address(leaf.facts().common_name, address)) {
    findings.error(
        "cert.ip-not-in-cn",
        "Expected the address " + address + " as the CN, the only name phones of the 5300 range look at" + found,
        address);
  }
}

/// CERT-4, by FQDN.
void check_host_name(const Certificate& leaf, const SystemFacts& system, FindingList& findings) {
  if (system.reached == Reach::by_address) return;
  if (system.tel_host_name.empty()) {
    findings.error("cert.fqdn-missing", "Phones reach this system by FQDN, but it has none; configure its FQDN first.",
                   system.tel_host_name);
  } else if (!names_host(leaf, system.tel_host_name)) {
    findings.error("cert.fqdn-missing",
                   "Expected the FQDN " + system.tel_host_name + ", by which phones reach this system, found " +
                       names_of(leaf) + "; ask the CA for a certificate with this name.",
                   system.tel_host_name);
  }
}

/// CERT-3: all addresses and FQDNs in SAN. What is missing altogether and needed has its error already.
void check_alternative_names(const Certificate& leaf, const SystemFacts& system, FindingList& findings) {
  const auto warn = [&findings](const std::string& name) {
    findings.warning("cert.san-incomplete",
                     name + " is not in SAN: whoever uses it to reach this system will refuse the certificate.", name);
  };
  if (!system.fqdn_configuration) {
    std::vector<std::string> addresses = system.other_addresses;
    if (leaf.names_address(system.tel_address)) addresses.insert(addresses.begin(), system.tel_address);
    for (const std::string& address : addresses) {
      if (!alternative_names_hold_address(leaf, address)) warn(address);
    }
  }
  std::vector<std::string> hosts = system.other_host_names;
  const bool said = findings.has_error("cert.fqdn-missing", system.tel_host_name);
  if (!system.tel_host_name.empty() && !said) hosts.insert(hosts.begin(), system.tel_host_name);
  for (const std::string& host : hosts) {
    if (!alternative_names_hold_host(leaf, host)) warn(host);
  }
}

void check_purposes(const Certificate& leaf, const SystemFacts& system, FindingList& findings) {
  const CertificateFacts& facts = leaf.facts();
  const ExtendedKeyUsage& purposes = facts.extended_key_usage;
  if (!purposes.present) return;
  if (!purposes.server_auth) {
    findings.error("cert.no-server-auth",
                   "Expected serverAuth in the Extended Key Usage, found none: no phone would accept the certificate.",
                   facts.subject);
  }
  if (system.multisite && !(purposes.server_auth && purposes.client_auth)) {
    findings.error("cert.multisite-key-purposes",
                   "Expected serverAuth and clientAuth in the Extended Key Usage, which the links between sites need, "
                   "found only one; ask the CA for both or for none.",
                   facts.subject);
  }
}

void check_dates(const Certificate& leaf, base::WallTime now, FindingList& findings) {
  const std::string& subject = leaf.facts().subject;
  switch (leaf.state(now)) {
    case CertificateState::not_yet_valid:
      return findings.error("cert.not-yet-valid", "The certificate is not valid yet; check the clock of the system.",
                            subject);
    case CertificateState::expired:
      return findings.error("cert.expired", "The certificate has expired; ask the CA for a new one.", subject);
    case CertificateState::expiring:
      return findings.warning("cert.expiring", "The certificate expires within 14 days; ask the CA for a new one.",
                              subject);
    case CertificateState::valid:
      return;
  }
}

void check_strength(const Certificate& leaf, const SystemFacts& system, FindingList& findings) {
  const CertificateFacts& facts = leaf.facts();
  if (facts.public_key.kind == KeyKind::other) {
    findings.error("cert.key-unsupported",
                   "Expected an RSA or EC key, found one of another kind, which phones do not know.", facts.subject);
  } else if (is_weak(facts.public_key)) {
    findings.error("cert.weak-key", "Expected at least RSA 2048 or EC 256, found " + to_string(facts.public_key) + ".",
                   facts.subject);
  }
  if (has_weak_hash(leaf)) {
    findings.add(system.accept_old_hashes ? Severity::warning : Severity::error, "cert.weak-hash",
                 "Expected SHA-2 in the signature of the certificate, found " + facts.signature_hash +
                     "; ask the CA for a new one.",
                 facts.subject);
  }
}

}  // namespace

std::vector<Finding> check_content(const Chain& chain, const SystemFacts& system, base::WallTime now) {
  FindingList findings;
  check_address(chain.leaf, system, findings);
  check_host_name(chain.leaf, system, findings);
  check_alternative_names(chain.leaf, system, findings);
  check_purposes(chain.leaf, system, findings);
  check_dates(chain.leaf, now, findings);
  check_strength(chain.leaf, system, findings);
  check_branch(chain, system, now, findings);
  check_by_openssl(chain, system, now, findings);
  std::vector<Finding> all = findings.take();
  if (auto locked = locked_encryption(system)) all.insert(all.begin(), std::move(*locked));
  return all;
}

std::optional<Finding> locked_encryption(const SystemFacts& system) {
  if (system.encryption_unlocked) return std::nullopt;
  return Finding{
      Severity::error,
      {"licence.locked", "Encryption is not unlocked on this system; install the licence for it first.", ""}};
}

bool any_error(const std::vector<Finding>& findings) {
  return std::any_of(findings.begin(), findings.end(),
                     [](const Finding& finding) { return finding.severity == Severity::error; });
}

}  // namespace cadenas::pki
