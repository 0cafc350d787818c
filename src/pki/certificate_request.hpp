#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <openssl/types.h>

#include "base/bytes.hpp"
#include "base/error.hpp"

struct X509_req_st;

namespace cadenas::pki {

inline constexpr std::size_t largest_request = std::size_t{64} * 1024;  ///< octets

/// A request for a certificate (PKCS#10, RFC 2986) whose sender has proved to own its key. Immutable.
class CertificateRequest {
 public:
  /// Reads one request, DER or PEM, and verifies its signature. Errors: "request.unreadable", "request.bad-signature",
  /// "request.weak-key" (below RSA 2048 or EC 256, or of another kind: phones know no other).
  static base::Result<CertificateRequest> parse(base::ByteView octets);

  /// Owned by this value, never to be changed.
  EVP_PKEY* public_key() const;
  /// What it asks to be called; nothing of it has been judged.
  const std::string& common_name() const { return common_name_; }
  const std::vector<std::string>& ip_addresses() const { return ip_addresses_; }  ///< SAN iPAddress, textual
  const std::vector<std::string>& dns_names() const { return dns_names_; }        ///< SAN dNSName, as written

 private:
  CertificateRequest() = default;

  std::shared_ptr<X509_req_st> request_;
  std::string common_name_;
  std::vector<std::string> ip_addresses_;
  std::vector<std::string> dns_names_;
};

}  // namespace cadenas::pki
