#include "pki/openssl_handles.hpp"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace cadenas::pki {

void OpensslFree::operator()(X509* value) const noexcept {
  X509_free(value);
}
void OpensslFree::operator()(X509_EXTENSION* value) const noexcept {
  X509_EXTENSION_free(value);
}
void OpensslFree::operator()(PKCS12* value) const noexcept {
  PKCS12_free(value);
}
void OpensslFree::operator()(X509_CRL* value) const noexcept {
  X509_CRL_free(value);
}
void OpensslFree::operator()(X509_REQ* value) const noexcept {
  X509_REQ_free(value);
}
void OpensslFree::operator()(X509_STORE* value) const noexcept {
  X509_STORE_free(value);
}
void OpensslFree::operator()(EVP_PKEY* value) const noexcept {
  EVP_PKEY_free(value);
}
void OpensslFree::operator()(EVP_PKEY_CTX* value) const noexcept {
  EVP_PKEY_CTX_free(value);
}
void OpensslFree::operator()(ASN1_INTEGER* value) const noexcept {
  ASN1_INTEGER_free(value);
}
void OpensslFree::operator()(BIGNUM* value) const noexcept {
  BN_free(value);
}
void OpensslFree::operator()(BIO* value) const noexcept {
  BIO_free_all(value);
}
void OpensslFree::operator()(SSL_CTX* value) const noexcept {
  SSL_CTX_free(value);
}
void OpensslFree::operator()(SSL* value) const noexcept {
  SSL_free(value);
}
void OpensslFree::operator()(stack_st_X509* value) const noexcept {
  sk_X509_pop_free(value, X509_free);
}
void OpensslFree::operator()(stack_st_X509_NAME* value) const noexcept {
  sk_X509_NAME_pop_free(value, X509_NAME_free);
}
void OpensslFree::operator()(stack_st_GENERAL_NAME* value) const noexcept {
  GENERAL_NAMES_free(value);
}

}  // namespace cadenas::pki
