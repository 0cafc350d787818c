#include "pki/self_signed.hpp"

#include <algorithm>
#include <array>

#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include "base/bytes.hpp"
#include "base/endpoint.hpp"
#include "pki/openssl_error.hpp"
#include "pki/openssl_handles.hpp"

namespace cadenas::pki {
namespace {

constexpr const char* failure_code = "cert.self-signed-failed";

/// The names as they stand in the certificate: canonical, each once, in order.
struct Names {
  std::string common_name;
  std::vector<std::string> addresses;
  std::vector<std::string> dns;
};

void add_once(std::vector<std::string>& to, const std::string& name) {
  if (std::find(to.begin(), to.end(), name) == to.end()) to.push_back(name);
}

bool is_host_name(std::string_view name) {
  if (name.empty() || name.size() > 253) return false;
  for (std::size_t start = 0; start <= name.size();) {
    const std::size_t end = std::min(name.find('.', start), name.size());
    const std::string_view label = name.substr(start, end - start);
    const bool letters = std::all_of(label.begin(), label.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
    if (label.empty() || label.size() > 63 || !letters || label.front() == '-' || label.back() == '-') return false;
    start = end + 1;
  }
  return true;
}

base::Result<Names> canonical(const SelfSignedNames& names) {
  Names result;
  std::vector<std::string> addresses{names.tel_address};
  addresses.insert(addresses.end(), names.other_addresses.begin(), names.other_addresses.end());
  for (const std::string& address : addresses) {
    const auto parsed = base::Endpoint::parse(address, 0);
    if (!parsed) {
      return base::fail(failure_code,
                        "Expected an IPv4 or IPv6 address for the certificate, found \"" + address + "\".", address);
    }
    add_once(result.addresses, parsed->address());
  }
  result.common_name = result.addresses.front();
  result.dns = result.addresses;
  for (const std::string& name : names.host_names) {
    if (!is_host_name(name)) {
      return base::fail(failure_code, "Expected a host name for the certificate, found \"" + name + "\".", name);
    }
    add_once(result.dns, name);
  }
  return result;
}

bool set_serial(X509* x509) {
  std::array<std::uint8_t, 16> octets{};
  base::fill_random(octets);
  const BignumHandle number(BN_bin2bn(octets.data(), octets.size(), nullptr));
  return number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(x509)) != nullptr;
}

bool set_validity(X509* x509, base::WallTime now) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
  const auto at = [](auto time) { return static_cast<time_t>(time.time_since_epoch().count()); };
  return ASN1_TIME_set(X509_getm_notBefore(x509), at(seconds - self_signed_backdating)) != nullptr &&
         ASN1_TIME_set(X509_getm_notAfter(x509), at(seconds + self_signed_lifetime)) != nullptr;
}

bool set_subject(X509* x509, const std::string& common_name) {
  X509_NAME* subject = X509_get_subject_name(x509);
  return X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(common_name.data()),
                                    static_cast<int>(common_name.size()), -1, 0) == 1 &&
         X509_set_issuer_name(x509, subject) == 1;
}

bool add_extension(X509* x509, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, x509, x509, nullptr, nullptr, 0);
  X509V3_set_ctx_nodb(&context);
  const X509ExtensionHandle extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  return extension && X509_add_ext(x509, extension.get(), -1) == 1;
}

bool add_name(GENERAL_NAMES* to, int type, ASN1_STRING* value) {
  GENERAL_NAME* name = GENERAL_NAME_new();
  if (name == nullptr || value == nullptr) {
    ASN1_STRING_free(value);
    GENERAL_NAME_free(name);
    return false;
  }
  GENERAL_NAME_set0_value(name, type, value);
  if (sk_GENERAL_NAME_push(to, name) > 0) return true;
  GENERAL_NAME_free(name);
  return false;
}

ASN1_STRING* ia5(const std::string& text) {
  ASN1_STRING* value = ASN1_IA5STRING_new();
  if (value != nullptr) ASN1_STRING_set(value, text.data(), static_cast<int>(text.size()));
  return value;
}

bool add_alternative_names(X509* x509, const Names& names) {
  const GeneralNamesHandle all(sk_GENERAL_NAME_new_null());
  if (!all) return false;
  for (const std::string& address : names.addresses) {
    if (!add_name(all.get(), GEN_IPADD, a2i_IPADDRESS(address.c_str()))) return false;
  }
  for (const std::string& name : names.dns) {
    if (!add_name(all.get(), GEN_DNS, ia5(name))) return false;
  }
  return X509_add1_ext_i2d(x509, NID_subject_alt_name, all.get(), 0, X509V3_ADD_DEFAULT) == 1;
}

bool fill_in(X509* x509, const Names& names, base::WallTime now, const SelfSignedOptions& options, EVP_PKEY* key) {
  const bool rsa = options.key == KeyAlgorithm::rsa_2048;
  return X509_set_version(x509, X509_VERSION_3) == 1 && set_serial(x509) && set_validity(x509, now) &&
         set_subject(x509, names.common_name) && X509_set_pubkey(x509, key) == 1 &&
         add_extension(x509, NID_basic_constraints, "critical,CA:FALSE") &&
         // Key encipherment is for the RSA key exchange old phones still use.
         add_extension(x509, NID_key_usage,
                       rsa ? "critical,digitalSignature,keyEncipherment" : "critical,digitalSignature") &&
         add_extension(x509, NID_ext_key_usage, "serverAuth,clientAuth") &&
         add_extension(x509, NID_subject_key_identifier, "hash") && add_alternative_names(x509, names) &&
         X509_sign(x509, key, options.hash == SignatureHash::sha256 ? EVP_sha256() : EVP_sha1()) > 0;
}

std::vector<std::string> sorted(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

base::Result<Identity> make_self_signed(const SelfSignedNames& names, base::WallTime now,
                                        const SelfSignedOptions& options) {
  const auto wanted = canonical(names);
  if (!wanted) return tl::unexpected(wanted.error());
  auto key = PrivateKey::generate(options.key);
  if (!key) return base::fail(failure_code, key.error().message);
  const X509Handle x509(X509_new());
  if (!x509 || !fill_in(x509.get(), *wanted, now, options, key->handle())) {
    return openssl_failure(failure_code, "The self-signed certificate could not be made");
  }
  // Parsed again from its DER: what was built and what peers will read are then known to be the same.
  unsigned char* der = nullptr;
  const int length = i2d_X509(x509.get(), &der);
  if (length <= 0) return openssl_failure(failure_code, "The self-signed certificate could not be encoded");
  const base::Bytes encoded(der, der + length);
  OPENSSL_free(der);
  auto leaf = Certificate::from_der(encoded);
  if (!leaf) return base::fail(failure_code, leaf.error().message);
  return Identity::make(std::move(*key), std::move(*leaf));
}

bool says_exactly(const Certificate& certificate, const SelfSignedNames& names) {
  const auto wanted = canonical(names);
  const CertificateFacts& facts = certificate.facts();
  return wanted && facts.common_name == wanted->common_name &&
         sorted(facts.ip_addresses) == sorted(wanted->addresses) && sorted(facts.dns_names) == sorted(wanted->dns) &&
         facts.extended_key_usage.server_auth && facts.extended_key_usage.client_auth;
}

bool is_made_here(const Certificate& certificate) {
  const CertificateFacts& facts = certificate.facts();
  SelfSignedNames itself{.tel_address = facts.common_name, .other_addresses = facts.ip_addresses, .host_names = {}};
  for (const std::string& name : facts.dns_names) {
    if (!base::Endpoint::parse(name, 0)) itself.host_names.push_back(name);
  }
  return facts.self_signed && facts.not_after - facts.not_before == self_signed_lifetime + self_signed_backdating &&
         says_exactly(certificate, itself);
}

}  // namespace cadenas::pki
