#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "pki/chain.hpp"

namespace cadenas::pki {

enum class Severity { warning, error };

/// One thing to know about a certificate before it is put into service; `error.field` names what it is about: an
/// address, a host name, or a certificate by its subject.
struct Finding {
  Severity severity;
  base::Error error;

  friend bool operator==(const Finding&, const Finding&) = default;
};

/// How phones and other systems address this one.
enum class Reach { by_address, by_host_name, both };

/// What the rules need to know of the system that is to use the certificate.
struct SystemFacts {
  std::string tel_address;                      ///< of the telephony (TEL) interface, textual
  std::string tel_host_name{};                  ///< its FQDN, empty if it has none
  std::vector<std::string> other_addresses{};   ///< ADMIN and others
  std::vector<std::string> other_host_names{};  ///< their FQDNs
  Reach reached = Reach::by_address;
  bool sip_service = true;  ///< the certificate is for the SIP service
  bool phones_5300 = false;
  bool multisite = false;
  bool fqdn_configuration = false;  ///< systems and service are configured by FQDN
  bool encryption_unlocked = true;  ///< the licence allows encryption
  bool accept_old_hashes = false;   ///< SHA-1 and MD5 become warnings, for old phones
};

/// Holds `chain` against every rule at `now` and returns all that was found, errors and warnings; with an error the
/// certificate must not go into service. Pure, any thread.
///
/// CERT-3, CERT-4, for the leaf. Errors: "cert.ip-missing" (reached by address, and it names none),
/// "cert.wrong-address" (the same, but it names others), "cert.fqdn-missing" (reached by FQDN), "cert.sip-needs-ip",
/// "cert.ip-not-in-cn" (5300), "cert.multisite-needs-ip", "cert.multisite-key-purposes" (EKU without serverAuth or
/// clientAuth). An FQDN configuration lifts what the SIP service and multisite ask of addresses; it does not help
/// phones that use the address, nor a 5300. "cert.no-server-auth" (EKU without serverAuth), "cert.not-yet-valid",
/// "cert.expired", "cert.weak-key" (below RSA 2048 or 256 bits of EC), "cert.key-unsupported", "cert.weak-hash".
/// Warnings: "cert.expiring" (14 days), "cert.san-incomplete" (an address or FQDN of the system is not in SAN),
/// "cert.weak-hash" where allowed.
///
/// CERT-1, CERT-5, for the branch. Errors: "cert.self-signed", "cert.leaf-is-ca", "cert.issuer-unnamed",
/// "cert.issuer-not-ca", "cert.issuer-cannot-sign", "cert.path-too-long", "cert.issuer-not-yet-valid",
/// "cert.issuer-expired", "cert.issuer-weak-key", "cert.issuer-key-unsupported", "cert.issuer-weak-hash",
/// "cert.bad-signature", "cert.missing-intermediate" (the branch has no root, and CAs outside it show that the file
/// holds more of it than fits together). Warnings: "cert.issuer-expiring", "cert.issuer-weak-hash" where allowed,
/// "cert.missing-root" (the branch has no root, and nothing says that an intermediate is missing: phones have the root
/// from elsewhere), "cert.extra".
///
/// CERT-12: "licence.locked". And "cert.chain-rejected" for all that only OpenSSL refuses (name constraints, unknown
/// critical extensions...) when it verifies the branch for a TLS server: there is no verdict without it.
std::vector<Finding> check_content(const Chain& chain, const SystemFacts& system, base::WallTime now);

/// CERT-12: "licence.locked" if encryption is not unlocked; one of the findings of `check_content`.
std::optional<Finding> locked_encryption(const SystemFacts& system);

/// Whether any of them is an error.
bool any_error(const std::vector<Finding>& findings);

}  // namespace cadenas::pki
