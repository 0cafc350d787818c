#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "pki/identity.hpp"
#include "pki/openssl_handles.hpp"

namespace cadenas::pki {

/// What a test asks of one certificate of a branch; every extension as in an OpenSSL configuration, left out if empty.
/// Dates count from the real time, which the command-line tools verify against.
struct BranchCertificate {
  std::string name{};
  std::string basic_constraints = "critical,CA:FALSE";
  std::string key_usage = "critical,digitalSignature,keyEncipherment";
  std::string extended_key_usage{};
  std::string alternative_names{};
  std::string name_constraints{};
  std::string unknown_critical{};  ///< the OID of an extension nobody knows
  std::chrono::hours from = std::chrono::hours(-24);
  std::chrono::hours until = std::chrono::hours(24 * 300);
  const EVP_MD* hash = EVP_sha256();
  unsigned rsa_bits = 0;        ///< 0: a key on P-256
  bool key_identifiers = true;  ///< SKI and AKI
  bool wrongly_signed = false;  ///< by another key than the issuer's
  const PrivateKey* key{};      ///< instead of a new one
};

inline BranchCertificate authority(std::string name, std::string basic_constraints = "critical,CA:TRUE") {
  return {.name = std::move(name),
          .basic_constraints = std::move(basic_constraints),
          .key_usage = "critical,keyCertSign,cRLSign"};
}

/// One that leaves nothing to be said for a system at 192.0.2.1.
inline BranchCertificate good_leaf() {
  return {.name = "192.0.2.1", .extended_key_usage = "serverAuth,clientAuth", .alternative_names = "IP:192.0.2.1"};
}

inline PrivateKey copy_of(const PrivateKey& key) {
  return PrivateKey::from_pem(key.to_pem().value().view()).value();
}

/// Of an algorithm the product makes no keys of.
inline PrivateKey private_key(EVP_PKEY* key) {
  const BioHandle pem(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(pem.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  char* data = nullptr;
  const long length = BIO_get_mem_data(pem.get(), &data);
  return PrivateKey::from_pem(base::as_bytes({data, static_cast<std::size_t>(length)})).value();
}

inline PrivateKey rsa_key(unsigned bits) {
  const KeyHandle key(EVP_RSA_gen(bits));
  return private_key(key.get());
}

/// Signs `wanted` with `issuer`, or with its own key where there is none.
inline Identity sign(const BranchCertificate& wanted, const Identity* issuer = nullptr) {
  PrivateKey key = wanted.key != nullptr   ? copy_of(*wanted.key)
                   : wanted.rsa_bits != 0U ? rsa_key(wanted.rsa_bits)
                                           : PrivateKey::generate(KeyAlgorithm::ecdsa_p256).value();
  const X509Handle x509(X509_new());
  X509* above = issuer != nullptr ? issuer->leaf().handle() : x509.get();
  X509_set_version(x509.get(), X509_VERSION_3);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(x509.get()), std::stoull(base::random_hex(7), nullptr, 16));
  X509_gmtime_adj(X509_getm_notBefore(x509.get()), std::chrono::seconds(wanted.from).count());
  X509_gmtime_adj(X509_getm_notAfter(x509.get()), std::chrono::seconds(wanted.until).count());
  if (!wanted.name.empty()) {
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x509.get()), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(wanted.name.c_str()), -1, -1, 0);
  }
  X509_set_issuer_name(x509.get(), X509_get_subject_name(above));
  X509_set_pubkey(x509.get(), key.handle());
  X509V3_CTX context;
  X509V3_set_ctx(&context, above, x509.get(), nullptr, nullptr, 0);
  X509V3_set_ctx_nodb(&context);
  const auto extend = [&](int nid, const std::string& value) {
    if (value.empty()) return;
    const X509ExtensionHandle extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
    if (!extension || X509_add_ext(x509.get(), extension.get(), -1) != 1) throw std::runtime_error(value);
  };
  extend(NID_basic_constraints, wanted.basic_constraints);
  extend(NID_key_usage, wanted.key_usage);
  extend(NID_ext_key_usage, wanted.extended_key_usage);
  extend(NID_subject_alt_name, wanted.alternative_names);
  extend(NID_name_constraints, wanted.name_constraints);
  if (wanted.key_identifiers) {
    extend(NID_subject_key_identifier, "hash");
    const bool identified = issuer == nullptr || X509_get0_subject_key_id(above) != nullptr;
    if (identified) extend(NID_authority_key_identifier, "keyid");
  }
  if (!wanted.unknown_critical.empty()) {
    const X509ExtensionHandle extension(
        X509V3_EXT_nconf(nullptr, nullptr, wanted.unknown_critical.c_str(), "critical,DER:05:00"));
    if (!extension || X509_add_ext(x509.get(), extension.get(), -1) != 1) throw std::runtime_error("unknown");
  }
  const PrivateKey stranger = PrivateKey::generate(KeyAlgorithm::ecdsa_p256).value();
  EVP_PKEY* signer = wanted.wrongly_signed ? stranger.handle()
                     : issuer != nullptr   ? issuer->key().handle()
                                           : key.handle();
  if (X509_sign(x509.get(), signer, EVP_PKEY_is_a(signer, "ED25519") == 1 ? nullptr : wanted.hash) <= 0)
    throw std::runtime_error("not signed");
  return Identity::make(std::move(key), Certificate::from_x509(x509.get()).value()).value();
}

/// A branch made from its root downwards.
struct TestBranch {
  std::vector<Identity> from_root;

  const Identity& leaf() const { return from_root.back(); }
  std::vector<Certificate> certificates() const {
    std::vector<Certificate> all;
    for (const Identity& each : from_root) all.push_back(each.leaf());
    return all;
  }
};

/// `wanted` from the root to the leaf.
inline TestBranch branch_of(const std::vector<BranchCertificate>& wanted) {
  TestBranch branch;
  for (const BranchCertificate& each : wanted) {
    branch.from_root.push_back(sign(each, branch.from_root.empty() ? nullptr : &branch.from_root.back()));
  }
  return branch;
}

inline base::WallTime real_time() {
  return base::SystemClock().now();
}

}  // namespace cadenas::pki
