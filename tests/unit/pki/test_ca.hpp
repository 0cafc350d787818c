#pragma once

#include <chrono>
#include <stdexcept>
#include <string>

#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "pki/certificate.hpp"
#include "pki/identity.hpp"
#include "pki/openssl_handles.hpp"

namespace cadenas::pki {

/// What a test asks of a certificate; the dates are around the real time, which OpenSSL verifies against.
struct TestCertificate {
  std::string common_name{};
  std::string alternative_names{};  ///< as in an OpenSSL configuration: "IP:192.0.2.1,DNS:pbx.example"
  bool ca = false;
  std::chrono::days from{-1};
  std::chrono::days until{30};
  const EVP_MD* hash = EVP_sha256();
  KeyAlgorithm key = KeyAlgorithm::ecdsa_p256;
  std::string authority_access{};  ///< as in an OpenSSL configuration: "OCSP;URI:http://…"
  std::string key_purposes{};      ///< of Extended Key Usage; empty for none
};

/// Signs `wanted` with `issuer`, or with its own key where there is none.
inline Identity issue(const TestCertificate& wanted, const Identity* issuer = nullptr) {
  const auto require = [](bool done) {
    if (!done) throw std::runtime_error("the test's certificate cannot be made");
  };
  PrivateKey key = PrivateKey::generate(wanted.key).value();
  const X509Handle x509(X509_new());
  const std::string serial = base::random_hex(8);
  X509_set_version(x509.get(), X509_VERSION_3);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(x509.get()), std::stoull(serial, nullptr, 16));
  X509_gmtime_adj(X509_getm_notBefore(x509.get()), std::chrono::seconds(wanted.from).count());
  X509_gmtime_adj(X509_getm_notAfter(x509.get()), std::chrono::seconds(wanted.until).count());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(x509.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(wanted.common_name.c_str()), -1, -1, 0);
  X509_set_issuer_name(x509.get(), X509_get_subject_name(issuer != nullptr ? issuer->leaf().handle() : x509.get()));
  X509_set_pubkey(x509.get(), key.handle());
  const auto extend = [&](int nid, const char* value) {
    const X509ExtensionHandle extension(X509V3_EXT_conf_nid(nullptr, nullptr, nid, value));
    require(extension && X509_add_ext(x509.get(), extension.get(), -1) == 1);
  };
  extend(NID_basic_constraints, wanted.ca ? "critical,CA:TRUE" : "critical,CA:FALSE");
  if (wanted.ca) extend(NID_key_usage, "critical,keyCertSign,cRLSign");
  if (!wanted.alternative_names.empty()) extend(NID_subject_alt_name, wanted.alternative_names.c_str());
  if (!wanted.authority_access.empty()) extend(NID_info_access, wanted.authority_access.c_str());
  if (!wanted.key_purposes.empty()) extend(NID_ext_key_usage, wanted.key_purposes.c_str());
  require(X509_sign(x509.get(), issuer != nullptr ? issuer->key().handle() : key.handle(), wanted.hash) > 0);
  return Identity::make(std::move(key), Certificate::from_x509(x509.get()).value()).value();
}

inline std::shared_ptr<LiveIdentity> live(Identity identity) {
  return std::make_shared<LiveIdentity>(std::make_shared<const Identity>(std::move(identity)));
}

}  // namespace cadenas::pki
