#include "media/dtls_fingerprint.hpp"

#include <algorithm>
#include <new>

#include <openssl/evp.h>
#include <openssl/x509.h>

namespace cadenas::media {

DtlsFingerprint fingerprint_of(X509* certificate, FingerprintHash hash) {
  const EVP_MD* function = hash == FingerprintHash::sha256   ? EVP_sha256()
                           : hash == FingerprintHash::sha384 ? EVP_sha384()
                                                             : EVP_sha512();
  DtlsFingerprint out{hash, base::Bytes(octets(hash))};
  unsigned size = 0;
  if (X509_digest(certificate, function, out.value.data(), &size) != 1 || size != out.value.size()) {
    throw std::bad_alloc();
  }
  return out;
}

bool matches(X509* certificate, std::span<const DtlsFingerprint> signalled) {
  const auto strongest = std::ranges::max_element(signalled, {}, &DtlsFingerprint::hash);
  if (strongest == signalled.end()) return false;
  const DtlsFingerprint shown = fingerprint_of(certificate, strongest->hash);
  return std::ranges::find(signalled, shown) != signalled.end();
}

}  // namespace cadenas::media
