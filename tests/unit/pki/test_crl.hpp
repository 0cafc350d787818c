#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <openssl/x509v3.h>

#include "base/bytes.hpp"
#include "pki/crl.hpp"
#include "pki/identity.hpp"
#include "pki/openssl_handles.hpp"
#include "test_ca.hpp"

namespace cadenas::pki {

struct TestEntry {
  std::string serial{};  ///< hex, with a "-" before it if negative
  std::optional<int> reason{};
};

/// What a test asks of a revocation list.
struct TestList {
  std::vector<TestEntry> entries{};
  std::optional<long> number{};
  std::chrono::seconds from = std::chrono::days(-1);
  std::optional<std::chrono::seconds> until = std::chrono::days(30);
  std::function<void(X509_CRL*)> change{};  ///< before it is signed
};

inline TestEntry entry_of(const Certificate& certificate) {
  return {.serial = certificate.facts().serial};
}
inline TestEntry entry_of(const Identity& identity) {
  return entry_of(identity.leaf());
}

using CrlHandle = std::shared_ptr<X509_CRL>;

inline Asn1IntegerHandle integer_of(const std::string& hex) {
  BIGNUM* number = nullptr;
  BN_hex2bn(&number, hex.c_str());
  const BignumHandle owned(number);
  return Asn1IntegerHandle(BN_to_ASN1_INTEGER(number, nullptr));
}

/// Times count from `now`, so that two lists can be made in one second whatever the machine does.
inline CrlHandle sign_list(const TestList& wanted, const Identity& issuer, std::time_t now = std::time(nullptr)) {
  const CrlHandle list(X509_CRL_new(), X509_CRL_free);
  X509_CRL_set_version(list.get(), X509_CRL_VERSION_2);
  X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(issuer.leaf().handle()));
  const std::unique_ptr<ASN1_TIME, decltype(&ASN1_TIME_free)> time(ASN1_TIME_new(), ASN1_TIME_free);
  X509_CRL_set1_lastUpdate(list.get(), ASN1_TIME_set(time.get(), now + wanted.from.count()));
  for (const TestEntry& entry : wanted.entries) {
    X509_REVOKED* revoked = X509_REVOKED_new();
    X509_REVOKED_set_serialNumber(revoked, integer_of(entry.serial).get());
    X509_REVOKED_set_revocationDate(revoked, time.get());
    if (entry.reason) {
      const std::unique_ptr<ASN1_ENUMERATED, decltype(&ASN1_ENUMERATED_free)> reason(ASN1_ENUMERATED_new(),
                                                                                     ASN1_ENUMERATED_free);
      ASN1_ENUMERATED_set(reason.get(), *entry.reason);
      X509_REVOKED_add1_ext_i2d(revoked, NID_crl_reason, reason.get(), 0, 0);
    }
    X509_CRL_add0_revoked(list.get(), revoked);
  }
  if (wanted.until) X509_CRL_set1_nextUpdate(list.get(), ASN1_TIME_set(time.get(), now + wanted.until->count()));
  if (wanted.number) {
    const Asn1IntegerHandle number(ASN1_INTEGER_new());
    ASN1_INTEGER_set(number.get(), *wanted.number);
    X509_CRL_add1_ext_i2d(list.get(), NID_crl_number, number.get(), 0, 0);
  }
  if (wanted.change) wanted.change(list.get());
  X509_CRL_sort(list.get());
  if (X509_CRL_sign(list.get(), issuer.key().handle(), EVP_sha256()) <= 0) throw std::runtime_error("X509_CRL_sign");
  return list;
}

inline base::Bytes der_of(const CrlHandle& list) {
  unsigned char* der = nullptr;
  const int length = i2d_X509_CRL(list.get(), &der);
  base::Bytes octets(der, der + length);
  OPENSSL_free(der);
  return octets;
}

inline Crl verified(const base::Bytes& octets, const Certificate& issuer) {
  return UnverifiedCrl::parse(octets).value().front().verify(std::span(&issuer, 1)).value();
}

/// The list as the product holds it.
inline Crl make_list(const TestList& wanted, const Identity& issuer, std::time_t now = std::time(nullptr)) {
  return verified(der_of(sign_list(wanted, issuer, now)), issuer.leaf());
}

/// The same key and certificate, with `chain` to be sent along.
inline Identity with_chain(const Identity& identity, std::vector<Certificate> chain) {
  return Identity::make(PrivateKey::from_pem(identity.key().to_pem()->view()).value(), identity.leaf(),
                        std::move(chain))
      .value();
}

}  // namespace cadenas::pki
