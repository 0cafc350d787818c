#include "pki/branch_rules.hpp"

#include <algorithm>
#include <string>

#include <openssl/x509v3.h>

namespace cadenas::pki {
namespace {

/// The CAs of the branch, the leaf's issuer first.
std::vector<Certificate> issuers_of(const Chain& chain) {
  std::vector<Certificate> issuers = chain.intermediates;
  if (chain.root) issuers.push_back(*chain.root);
  return issuers;
}

bool is_self_issued(const Certificate& certificate) {
  return (X509_get_extension_flags(certificate.handle()) & EXFLAG_SI) != 0;
}

/// A version 1 certificate has no extensions to say it with, and a root is trusted by being installed (RFC 5280 §6.1).
bool is_old_root(const Certificate& certificate) {
  return certificate.facts().self_signed && X509_get_version(certificate.handle()) == X509_VERSION_1;
}

void check_authority(const Certificate& issuer, FindingList& findings) {
  const CertificateFacts& facts = issuer.facts();
  if (!facts.basic_constraints.ca && !is_old_root(issuer)) {
    findings.error("cert.issuer-not-ca",
                   "Expected CA:TRUE in the issuer " + facts.subject +
                       ", found a certificate that is none of a CA; ask the CA for the right chain.",
                   facts.subject);
  }
  if (facts.key_usage.present && !facts.key_usage.key_cert_sign) {
    findings.error("cert.issuer-cannot-sign",
                   "The Key Usage of the issuer " + facts.subject +
                       " has no Key Cert Sign: it may not issue certificates; ask the CA for the right chain.",
                   facts.subject);
  }
}

void check_dates(const Certificate& issuer, base::WallTime now, FindingList& findings) {
  const std::string& subject = issuer.facts().subject;
  switch (issuer.state(now)) {
    case CertificateState::not_yet_valid:
      return findings.error("cert.issuer-not-yet-valid",
                            "The issuer " + subject + " is not valid yet; check the clock of the system.", subject);
    case CertificateState::expired:
      return findings.error("cert.issuer-expired",
                            "The issuer " + subject + " has expired; ask the CA for its renewed certificate.", subject);
    case CertificateState::expiring:
      return findings.warning("cert.issuer-expiring", "The issuer " + subject + " expires within 14 days.", subject);
    case CertificateState::valid:
      return;
  }
}

void check_strength(const Certificate& issuer, const SystemFacts& system, FindingList& findings) {
  const CertificateFacts& facts = issuer.facts();
  if (facts.public_key.kind == KeyKind::other) {
    findings.error("cert.issuer-key-unsupported",
                   "Expected an RSA or EC key of the issuer " + facts.subject +
                       ", found one of another kind, whose signatures phones cannot check.",
                   facts.subject);
  } else if (is_weak(facts.public_key)) {
    findings.error("cert.issuer-weak-key",
                   "Expected at least RSA 2048 or EC 256 for the key of the issuer " + facts.subject + ", found " +
                       to_string(facts.public_key) + ".",
                   facts.subject);
  }
  // What a root signs itself with proves nothing anyway.
  if (!facts.self_signed && has_weak_hash(issuer)) {
    findings.add(
        system.accept_old_hashes ? Severity::warning : Severity::error, "cert.issuer-weak-hash",
        "Expected SHA-2 in the signature of the issuer " + facts.subject + ", found " + facts.signature_hash + ".",
        facts.subject);
  }
}

/// RFC 5280 §4.2.1.9: how many CAs may stand below one, those that issued themselves not counted.
void check_path_length(const std::vector<Certificate>& issuers, FindingList& findings) {
  long below = 0;
  for (const Certificate& issuer : issuers) {
    const CertificateFacts& facts = issuer.facts();
    if (const auto most = facts.basic_constraints.path_length; most && below > *most) {
      findings.error("cert.path-too-long",
                     "The issuer " + facts.subject + " allows " + std::to_string(*most) + " CAs below it, found " +
                         std::to_string(below) + ".",
                     facts.subject);
    }
    if (!is_self_issued(issuer)) ++below;
  }
}

void check_signatures(const Chain& chain, const std::vector<Certificate>& issuers, FindingList& findings) {
  const Certificate* subject = &chain.leaf;
  for (const Certificate& issuer : issuers) {
    if (!has_signed(issuer, *subject)) {
      findings.error("cert.bad-signature",
                     "The signature of " + subject->facts().subject + " is not by the certificate of its issuer " +
                         issuer.facts().subject + " in the file; one of the two is damaged or another's.",
                     subject->facts().subject);
    }
    subject = &issuer;
  }
  if (chain.root && !has_signed(*chain.root, *chain.root)) {
    findings.error("cert.bad-signature",
                   "The root " + chain.root->facts().subject + " is not signed with its own key; it is damaged.",
                   chain.root->facts().subject);
  }
}

/// Nobody's certificate can be found by no name (RFC 5280 §4.1.2.4: the issuer is never empty).
void check_issuer_name(const Certificate& subject, FindingList& findings) {
  const CertificateFacts& facts = subject.facts();
  if (!facts.issuer.empty()) return;
  findings.error("cert.issuer-unnamed",
                 "Expected the name of the issuer in the certificate " + facts.subject +
                     ", found none; ask the CA for a certificate that names it.",
                 facts.subject);
}

void check_completeness(const Chain& chain, FindingList& findings) {
  const bool cas_left = std::any_of(chain.extra.begin(), chain.extra.end(),
                                    [](const Certificate& extra) { return extra.facts().basic_constraints.ca; });
  if (!chain.missing_issuer.empty()) {
    if (cas_left) {
      findings.error(
          "cert.missing-intermediate",
          "The certificate of the issuer " + chain.missing_issuer +
              " is missing, and the other CAs in the file do not belong to the branch; export the whole chain.",
          chain.missing_issuer);
    } else {
      findings.warning("cert.missing-root",
                       "The chain ends without the certificate of " + chain.missing_issuer +
                           "; phones must have it from elsewhere, and an intermediate CA must be added to the file.",
                       chain.missing_issuer);
    }
  }
  for (const Certificate& extra : chain.extra) {
    findings.warning("cert.extra", "The file also holds " + extra.facts().subject + ", which is not used.",
                     extra.facts().subject);
  }
}

}  // namespace

bool has_weak_hash(const Certificate& certificate) {
  int bits = 0;
  return X509_get_signature_info(certificate.handle(), nullptr, nullptr, &bits, nullptr) == 1 && bits < 112;
}

bool is_weak(const PublicKeyFacts& key) {
  return (key.kind == KeyKind::rsa && key.bits < 2048) || (key.kind == KeyKind::ec && key.bits < 256);
}

std::string to_string(const PublicKeyFacts& key) {
  return (key.kind == KeyKind::rsa  ? "RSA "
          : key.kind == KeyKind::ec ? "EC "
                                    : "a key of ") +
         std::to_string(key.bits) + " bits";
}

void check_branch(const Chain& chain, const SystemFacts& system, base::WallTime now, FindingList& findings) {
  const CertificateFacts& leaf = chain.leaf.facts();
  if (leaf.self_signed) {
    findings.error("cert.self-signed",
                   "A self-signed certificate cannot be imported; let the system make its own, or ask a CA for one.",
                   leaf.subject);
  }
  if (leaf.basic_constraints.ca || (leaf.key_usage.present && leaf.key_usage.key_cert_sign)) {
    findings.error("cert.leaf-is-ca",
                   "Expected the certificate of a server for the private key, found one of a CA (CA:TRUE or Key Cert "
                   "Sign); ask the CA for a server certificate.",
                   leaf.subject);
  }
  check_issuer_name(chain.leaf, findings);
  const std::vector<Certificate> issuers = issuers_of(chain);
  for (const Certificate& issuer : issuers) {
    check_issuer_name(issuer, findings);
    check_authority(issuer, findings);
    check_dates(issuer, now, findings);
    check_strength(issuer, system, findings);
  }
  check_path_length(issuers, findings);
  check_signatures(chain, issuers, findings);
  check_completeness(chain, findings);
}

}  // namespace cadenas::pki
