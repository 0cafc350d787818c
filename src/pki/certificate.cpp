#include "pki/certificate.hpp"

#include <algorithm>
#include <array>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/endpoint.hpp"
#include "pki/alternative_names.hpp"
#include "pki/asn1_time.hpp"
#include "pki/distinguished_name.hpp"
#include "pki/openssl_error.hpp"
#include "pki/openssl_handles.hpp"

namespace cadenas::pki {
namespace {

std::string text_of(BIO* sink) {
  char* data = nullptr;
  const long length = BIO_get_mem_data(sink, &data);
  return {data, static_cast<std::size_t>(length)};
}

std::string serial_text(const X509* x509) {
  const BignumHandle number(ASN1_INTEGER_to_BN(X509_get0_serialNumber(x509), nullptr));
  if (!number) return {};
  char* hex = BN_bn2hex(number.get());
  if (hex == nullptr) return {};
  std::string text(hex);
  OPENSSL_free(hex);
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c; });
  return text;
}

std::string fingerprint(const X509* x509, const EVP_MD* digest) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> value{};
  unsigned length = 0;
  if (X509_digest(x509, digest, value.data(), &length) != 1) return {};
  return base::to_hex({value.data(), length});
}

void read_uses(X509* x509, std::uint32_t flags, CertificateFacts& facts) {
  facts.basic_constraints.present = (flags & EXFLAG_BCONS) != 0;
  facts.basic_constraints.ca = (flags & EXFLAG_CA) != 0;
  if (const long path_length = X509_get_pathlen(x509); path_length >= 0) {
    facts.basic_constraints.path_length = path_length;
  }
  if ((flags & EXFLAG_KUSAGE) != 0) {
    const std::uint32_t usage = X509_get_key_usage(x509);
    facts.key_usage = {.present = true,
                       .digital_signature = (usage & KU_DIGITAL_SIGNATURE) != 0,
                       .key_encipherment = (usage & KU_KEY_ENCIPHERMENT) != 0,
                       .key_agreement = (usage & KU_KEY_AGREEMENT) != 0,
                       .key_cert_sign = (usage & KU_KEY_CERT_SIGN) != 0,
                       .crl_sign = (usage & KU_CRL_SIGN) != 0};
  }
  if ((flags & EXFLAG_XKUSAGE) != 0) {
    const std::uint32_t usage = X509_get_extended_key_usage(x509);
    const bool any = (usage & XKU_ANYEKU) != 0;
    facts.extended_key_usage = {.present = true,
                                .server_auth = any || (usage & XKU_SSL_SERVER) != 0,
                                .client_auth = any || (usage & XKU_SSL_CLIENT) != 0};
  }
}

void read_key(X509* x509, CertificateFacts& facts) {
  EVP_PKEY* key = X509_get0_pubkey(x509);
  if (key != nullptr) {
    const int id = EVP_PKEY_get_base_id(key);
    facts.public_key.kind = id == EVP_PKEY_RSA || id == EVP_PKEY_RSA_PSS ? KeyKind::rsa
                            : id == EVP_PKEY_EC                          ? KeyKind::ec
                                                                         : KeyKind::other;
    facts.public_key.bits = EVP_PKEY_get_bits(key);
    facts.self_signed =
        X509_NAME_cmp(X509_get_subject_name(x509), X509_get_issuer_name(x509)) == 0 && X509_verify(x509, key) == 1;
  }
  int hash = NID_undef;
  if (X509_get_signature_info(x509, &hash, nullptr, nullptr, nullptr) == 1 && hash != NID_undef) {
    facts.signature_hash = OBJ_nid2sn(hash);
  }
  // A key or signature of a kind unknown here is a fact, not a failure.
  ERR_clear_error();
}

}  // namespace

std::string_view to_string(CertificateState state) {
  switch (state) {
    case CertificateState::not_yet_valid:
      return "not-yet-valid";
    case CertificateState::valid:
      return "valid";
    case CertificateState::expiring:
      return "expiring";
    case CertificateState::expired:
      return "expired";
  }
  return {};
}

base::Result<Certificate> Certificate::from_x509(X509* x509) {
  auto facts = std::make_shared<CertificateFacts>();
  // Reads the extensions into OpenSSL's cache now, so that threads sharing the object later only read.
  const std::uint32_t flags = X509_get_extension_flags(x509);
  const auto not_before = wall_time(X509_get0_notBefore(x509));
  const auto not_after = wall_time(X509_get0_notAfter(x509));
  if ((flags & EXFLAG_INVALID) != 0 || !not_before || !not_after) {
    return openssl_failure("cert.unreadable", "The certificate has dates or extensions that cannot be read");
  }
  facts->subject = distinguished_name(X509_get_subject_name(x509));
  facts->issuer = distinguished_name(X509_get_issuer_name(x509));
  facts->common_name = last_common_name(X509_get_subject_name(x509));
  facts->serial = serial_text(x509);
  facts->not_before = *not_before;
  facts->not_after = *not_after;
  facts->fingerprint_sha256 = fingerprint(x509, EVP_sha256());
  facts->fingerprint_sha1 = fingerprint(x509, EVP_sha1());
  const GeneralNamesHandle names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(x509, NID_subject_alt_name, nullptr, nullptr)));
  auto alternative = read_alternative_names(names.get());
  facts->ip_addresses = std::move(alternative.ip_addresses);
  facts->dns_names = std::move(alternative.dns_names);
  read_uses(x509, flags, *facts);
  read_key(x509, *facts);

  X509_up_ref(x509);
  Certificate certificate;
  certificate.x509_ = std::shared_ptr<X509>(x509, OpensslFree{});
  certificate.facts_ = std::move(facts);
  return certificate;
}

base::Result<Certificate> Certificate::from_pem(std::string_view pem) {
  auto chain = chain_from_pem(pem);
  if (!chain) return tl::unexpected(chain.error());
  return chain->front();
}

base::Result<std::vector<Certificate>> Certificate::chain_from_pem(std::string_view pem) {
  const BioHandle source(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  std::vector<Certificate> chain;
  while (source) {
    const X509Handle x509(PEM_read_bio_X509(source.get(), nullptr, nullptr, nullptr));
    if (!x509) break;
    auto certificate = from_x509(x509.get());
    if (!certificate) return tl::unexpected(certificate.error());
    chain.push_back(std::move(*certificate));
  }
  const bool ended = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  if (chain.empty() || !ended) {
    return openssl_failure("cert.unreadable", "Expected X.509 certificates in PEM form");
  }
  ERR_clear_error();
  return chain;
}

base::Result<Certificate> Certificate::from_der(base::ByteView der) {
  const unsigned char* position = der.data();
  const X509Handle x509(d2i_X509(nullptr, &position, static_cast<long>(der.size())));
  if (!x509 || position != der.data() + der.size()) {
    return openssl_failure("cert.unreadable", "Expected one X.509 certificate in DER form");
  }
  return from_x509(x509.get());
}

CertificateState Certificate::state(base::WallTime now) const {
  if (now < facts_->not_before) return CertificateState::not_yet_valid;
  // notAfter names its whole second (RFC 5280 §4.1.2.5).
  const base::WallTime end = facts_->not_after + std::chrono::seconds(1);
  if (now >= end) return CertificateState::expired;
  return now >= end - expiry_warning ? CertificateState::expiring : CertificateState::valid;
}

std::string Certificate::to_pem() const {
  const BioHandle sink(BIO_new(BIO_s_mem()));
  if (!sink || PEM_write_bio_X509(sink.get(), x509_.get()) != 1) return {};
  return text_of(sink.get());
}

base::Bytes Certificate::to_der() const {
  const int length = i2d_X509(x509_.get(), nullptr);
  if (length <= 0) return {};
  base::Bytes der(static_cast<std::size_t>(length));
  unsigned char* position = der.data();
  i2d_X509(x509_.get(), &position);
  return der;
}

bool Certificate::names_address(std::string_view address) const {
  const auto wanted = base::Endpoint::parse(address, 0);
  if (!wanted) return false;
  const auto is_wanted = [&wanted](const std::string& text) {
    const auto named = base::Endpoint::parse(text, 0);
    return named && *named == *wanted;
  };
  return std::any_of(facts_->ip_addresses.begin(), facts_->ip_addresses.end(), is_wanted) ||
         is_wanted(facts_->common_name);
}

std::string to_pem(const std::vector<Certificate>& chain) {
  std::string text;
  for (const Certificate& certificate : chain) text += certificate.to_pem();
  return text;
}

}  // namespace cadenas::pki
