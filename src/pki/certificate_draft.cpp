#include "pki/certificate_draft.hpp"

#include <chrono>

#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include "pki/openssl_error.hpp"

namespace cadenas::pki {
namespace {

bool set_time(ASN1_TIME* time, base::WallTime to) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(to);
  return ASN1_TIME_set(time, static_cast<time_t>(seconds.time_since_epoch().count())) != nullptr;
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

}  // namespace

base::Bytes random_serial() {
  base::Bytes octets(16);
  base::fill_random(octets);
  octets.front() &= 0x7f;
  if (octets == base::Bytes(octets.size())) octets.back() = 1;
  return octets;
}

CertificateDraft::CertificateDraft() : x509_(X509_new()), good_(x509_ != nullptr) {
  note(good_ && X509_set_version(x509_.get(), X509_VERSION_3) == 1);
}

void CertificateDraft::set_serial(const base::Bytes& magnitude) {
  const BignumHandle number(BN_bin2bn(magnitude.data(), static_cast<int>(magnitude.size()), nullptr));
  note(good_ && number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(x509_.get())) != nullptr);
}

void CertificateDraft::set_validity(base::WallTime from, base::WallTime until) {
  note(good_ && set_time(X509_getm_notBefore(x509_.get()), from) && set_time(X509_getm_notAfter(x509_.get()), until));
}

void CertificateDraft::add_to_subject(SubjectPart part, const std::string& text) {
  const int nid = part == SubjectPart::common_name ? NID_commonName : NID_serialNumber;
  note(good_ && X509_NAME_add_entry_by_NID(X509_get_subject_name(x509_.get()), nid, MBSTRING_UTF8,
                                           reinterpret_cast<const unsigned char*>(text.data()),
                                           static_cast<int>(text.size()), -1, 0) == 1);
}

void CertificateDraft::set_public_key(EVP_PKEY* key) {
  note(good_ && X509_set_pubkey(x509_.get(), key) == 1);
}

void CertificateDraft::set_issuer(const Certificate& issuer) {
  issuer_ = issuer;
}

void CertificateDraft::add_extension(int nid, const std::string& value) {
  if (!good_) return;
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer_ ? issuer_->handle() : x509_.get(), x509_.get(), nullptr, nullptr, 0);
  X509V3_set_ctx_nodb(&context);
  const X509ExtensionHandle extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  note(extension && X509_add_ext(x509_.get(), extension.get(), -1) == 1);
}

void CertificateDraft::add_alternative_names(const std::vector<std::string>& addresses,
                                             const std::vector<std::string>& dns) {
  const GeneralNamesHandle all(sk_GENERAL_NAME_new_null());
  note(all != nullptr);
  for (const std::string& address : addresses) {
    note(good_ && add_name(all.get(), GEN_IPADD, a2i_IPADDRESS(address.c_str())));
  }
  for (const std::string& name : dns) note(good_ && add_name(all.get(), GEN_DNS, ia5(name)));
  note(good_ && X509_add1_ext_i2d(x509_.get(), NID_subject_alt_name, all.get(), 0, X509V3_ADD_DEFAULT) == 1);
}

void CertificateDraft::make_leaf() {
  const EVP_PKEY* key = good_ ? X509_get0_pubkey(x509_.get()) : nullptr;
  const bool rsa = key != nullptr && EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA;
  add_extension(NID_basic_constraints, "critical,CA:FALSE");
  // Key encipherment is for the RSA key exchange old phones still use.
  add_extension(NID_key_usage, rsa ? "critical,digitalSignature,keyEncipherment" : "critical,digitalSignature");
  add_extension(NID_subject_key_identifier, "hash");
  if (issuer_) add_extension(NID_authority_key_identifier, "keyid:always");
}

void CertificateDraft::make_system_certificate(const CertificateNames& names) {
  make_leaf();
  add_extension(NID_ext_key_usage, "serverAuth,clientAuth");
  add_alternative_names(names.addresses, names.dns);
}

base::Result<Certificate> CertificateDraft::sign(const PrivateKey& key, SignatureHash hash) {
  constexpr const char* failure_code = "cert.signing-failed";
  const X509* issuer = issuer_ ? issuer_->handle() : x509_.get();
  note(good_ && X509_set_issuer_name(x509_.get(), X509_get_subject_name(issuer)) == 1 &&
       X509_sign(x509_.get(), key.handle(), hash == SignatureHash::sha256 ? EVP_sha256() : EVP_sha1()) > 0);
  if (!good_) return openssl_failure(failure_code, "The certificate could not be made");
  unsigned char* der = nullptr;
  const int length = i2d_X509(x509_.get(), &der);
  if (length <= 0) return openssl_failure(failure_code, "The certificate could not be encoded");
  const base::Bytes encoded(der, der + length);
  OPENSSL_free(der);
  return Certificate::from_der(encoded);
}

}  // namespace cadenas::pki
