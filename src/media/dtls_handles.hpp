#pragma once

#include <memory>

#include <openssl/types.h>

struct bio_method_st;

namespace cadenas::media {

/// One deleter for the OpenSSL objects of DTLS; none of them is ever freed by hand.
struct DtlsFree {
  void operator()(SSL_CTX* value) const noexcept;
  void operator()(SSL* value) const noexcept;
  void operator()(BIO* value) const noexcept;
  void operator()(bio_method_st* value) const noexcept;
  void operator()(X509* value) const noexcept;
  void operator()(EVP_PKEY* value) const noexcept;
};

using SslContextHandle = std::unique_ptr<SSL_CTX, DtlsFree>;
using SslHandle = std::unique_ptr<SSL, DtlsFree>;
using BioHandle = std::unique_ptr<BIO, DtlsFree>;
using BioMethodHandle = std::unique_ptr<bio_method_st, DtlsFree>;
using X509Handle = std::unique_ptr<X509, DtlsFree>;
using KeyHandle = std::unique_ptr<EVP_PKEY, DtlsFree>;

}  // namespace cadenas::media
