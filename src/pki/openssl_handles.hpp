#pragma once

#include <memory>

#include <openssl/types.h>

struct PKCS12_st;
struct X509_extension_st;
struct X509_req_st;
struct stack_st_X509;
struct stack_st_X509_NAME;
struct stack_st_GENERAL_NAME;

namespace cadenas::pki {

/// One deleter for every OpenSSL object this room owns; none of them is ever freed by hand.
struct OpensslFree {
  void operator()(X509* value) const noexcept;
  void operator()(X509_extension_st* value) const noexcept;
  void operator()(X509_CRL* value) const noexcept;
  void operator()(X509_req_st* value) const noexcept;
  void operator()(X509_STORE* value) const noexcept;
  void operator()(PKCS12_st* value) const noexcept;
  void operator()(EVP_PKEY* value) const noexcept;
  void operator()(EVP_PKEY_CTX* value) const noexcept;
  void operator()(ASN1_INTEGER* value) const noexcept;
  void operator()(BIGNUM* value) const noexcept;
  void operator()(BIO* value) const noexcept;
  void operator()(SSL_CTX* value) const noexcept;
  void operator()(SSL* value) const noexcept;
  void operator()(stack_st_X509* value) const noexcept;          ///< frees the certificates in it too
  void operator()(stack_st_X509_NAME* value) const noexcept;     ///< frees the names in it too
  void operator()(stack_st_GENERAL_NAME* value) const noexcept;  ///< frees the names in it too
};

using X509Handle = std::unique_ptr<X509, OpensslFree>;
using X509ExtensionHandle = std::unique_ptr<X509_extension_st, OpensslFree>;
using X509CrlHandle = std::unique_ptr<X509_CRL, OpensslFree>;
using X509RequestHandle = std::unique_ptr<X509_req_st, OpensslFree>;
using X509StoreHandle = std::unique_ptr<X509_STORE, OpensslFree>;
using Pkcs12Handle = std::unique_ptr<PKCS12_st, OpensslFree>;
using KeyHandle = std::unique_ptr<EVP_PKEY, OpensslFree>;
using KeyContextHandle = std::unique_ptr<EVP_PKEY_CTX, OpensslFree>;
using Asn1IntegerHandle = std::unique_ptr<ASN1_INTEGER, OpensslFree>;
using BignumHandle = std::unique_ptr<BIGNUM, OpensslFree>;
using BioHandle = std::unique_ptr<BIO, OpensslFree>;
using SslContextHandle = std::unique_ptr<SSL_CTX, OpensslFree>;
using SslHandle = std::unique_ptr<SSL, OpensslFree>;
using X509StackHandle = std::unique_ptr<stack_st_X509, OpensslFree>;
using X509NameStackHandle = std::unique_ptr<stack_st_X509_NAME, OpensslFree>;
using GeneralNamesHandle = std::unique_ptr<stack_st_GENERAL_NAME, OpensslFree>;

}  // namespace cadenas::pki
