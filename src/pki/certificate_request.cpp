#include "pki/certificate_request.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "pki/alternative_names.hpp"
#include "pki/openssl_error.hpp"
#include "pki/openssl_handles.hpp"

namespace cadenas::pki {
namespace {

X509RequestHandle decode(base::ByteView octets) {
  if (base::as_text(octets).find("-----BEGIN ") != std::string_view::npos) {
    const BioHandle source(BIO_new_mem_buf(octets.data(), static_cast<int>(octets.size())));
    return X509RequestHandle(source ? PEM_read_bio_X509_REQ(source.get(), nullptr, nullptr, nullptr) : nullptr);
  }
  const unsigned char* position = octets.data();
  X509RequestHandle request(d2i_X509_REQ(nullptr, &position, static_cast<long>(octets.size())));
  if (position != octets.data() + octets.size()) return nullptr;
  return request;
}

bool is_strong(const EVP_PKEY* key) {
  const int kind = EVP_PKEY_get_base_id(key);
  const int bits = EVP_PKEY_get_bits(key);
  return (kind == EVP_PKEY_RSA && bits >= 2048) || (kind == EVP_PKEY_EC && bits >= 256);
}

struct ExtensionsFree {
  void operator()(STACK_OF(X509_EXTENSION) * all) const noexcept {
    sk_X509_EXTENSION_pop_free(all, X509_EXTENSION_free);
  }
};

AlternativeNames names_asked_for(X509_REQ* request) {
  const std::unique_ptr<STACK_OF(X509_EXTENSION), ExtensionsFree> extensions(X509_REQ_get_extensions(request));
  if (!extensions) return {};
  const GeneralNamesHandle names(
      static_cast<GENERAL_NAMES*>(X509V3_get_d2i(extensions.get(), NID_subject_alt_name, nullptr, nullptr)));
  return read_alternative_names(names.get());
}

}  // namespace

base::Result<CertificateRequest> CertificateRequest::parse(base::ByteView octets) {
  if (octets.size() > largest_request) {
    return base::fail("request.unreadable", "The certificate request is larger than 64 KiB.");
  }
  ERR_clear_error();
  std::shared_ptr<X509_REQ> request = decode(octets);
  if (!request) return openssl_failure("request.unreadable", "Expected a certificate request (PKCS#10), PEM or DER");
  EVP_PKEY* key = X509_REQ_get0_pubkey(request.get());
  if (key == nullptr || !is_strong(key)) {
    ERR_clear_error();
    return base::fail("request.weak-key",
                      "Expected a key of at least RSA 2048 or EC 256 in the certificate request, found another.");
  }
  if (X509_REQ_verify(request.get(), key) != 1) {
    ERR_clear_error();
    return base::fail("request.bad-signature",
                      "The certificate request is not signed with its own key: it is damaged, or its sender does not "
                      "own the key.");
  }
  CertificateRequest parsed;
  parsed.common_name_ = last_common_name(X509_REQ_get_subject_name(request.get()));
  AlternativeNames names = names_asked_for(request.get());
  ERR_clear_error();
  parsed.ip_addresses_ = std::move(names.ip_addresses);
  parsed.dns_names_ = std::move(names.dns_names);
  parsed.request_ = std::move(request);
  return parsed;
}

EVP_PKEY* CertificateRequest::public_key() const {
  return X509_REQ_get0_pubkey(request_.get());
}

}  // namespace cadenas::pki
