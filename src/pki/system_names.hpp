#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace cadenas::pki {

/// What the certificate of an iPBX must say (CERT-3).
struct SystemNames {
  std::string tel_address{};                   ///< the iPBX's telephony address, literal IPv4 or IPv6: the CN
  std::vector<std::string> other_addresses{};  ///< ADMIN and any other address, literal
  std::vector<std::string> host_names{};       ///< FQDNs of those interfaces

  friend bool operator==(const SystemNames&, const SystemNames&) = default;
};

/// The same as it stands in the certificate: canonical, each name once, in order.
struct CertificateNames {
  std::string common_name{};
  std::vector<std::string> addresses{};  ///< SAN iPAddress
  std::vector<std::string> dns{};        ///< SAN dNSName: every address too, for phones that compare text
};

/// Errors: `failure_code`, with the offending name as field.
base::Result<CertificateNames> names_in_certificate(const SystemNames& names, const char* failure_code);

/// Letters, digits, hyphens and underscores in labels (RFC 1123 §2.1, and the underscore that is in use).
bool is_host_name(std::string_view name);

}  // namespace cadenas::pki
