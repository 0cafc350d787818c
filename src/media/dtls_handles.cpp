#include "media/dtls_handles.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

namespace cadenas::media {

void DtlsFree::operator()(SSL_CTX* value) const noexcept {
  SSL_CTX_free(value);
}
void DtlsFree::operator()(SSL* value) const noexcept {
  SSL_free(value);
}
void DtlsFree::operator()(BIO* value) const noexcept {
  BIO_free(value);
}
void DtlsFree::operator()(bio_method_st* value) const noexcept {
  BIO_meth_free(value);
}
void DtlsFree::operator()(X509* value) const noexcept {
  X509_free(value);
}
void DtlsFree::operator()(EVP_PKEY* value) const noexcept {
  EVP_PKEY_free(value);
}

}  // namespace cadenas::media
