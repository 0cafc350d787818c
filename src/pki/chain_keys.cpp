#include "pki/chain_keys.hpp"

#include <algorithm>

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>

namespace cadenas::pki {

IssuerId IssuerId::of(const X509* authority) {
  // The name's hash is over its canonical form, in which two encodings of one name are equal; its 32 bits are enough
  // beside the whole digest of the key.
  std::array<unsigned char, EVP_MAX_MD_SIZE + 4> octets{};
  unsigned length = 0;
  X509_pubkey_digest(authority, EVP_sha256(), octets.data(), &length);
  int hashed = 0;
  const unsigned long name = X509_NAME_hash_ex(X509_get_subject_name(authority), nullptr, nullptr, &hashed);
  for (unsigned shift = 0; shift < 32; shift += 8) octets[length++] = static_cast<unsigned char>(name >> shift);
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(octets.data(), length, digest.data());
  IssuerId id;
  std::copy_n(digest.begin(), id.digest.size(), id.digest.begin());
  return id;
}

CertificateId CertificateId::of(const X509* certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  X509_digest(certificate, EVP_sha256(), digest.data(), &length);
  CertificateId id;
  std::copy_n(digest.begin(), id.digest.size(), id.digest.begin());
  return id;
}

ChainKeys ChainKeys::of(const stack_st_X509* chain) {
  ChainKeys keys;
  const int count = chain == nullptr ? 0 : sk_X509_num(chain);
  if (count <= 0) return keys;
  X509* last = sk_X509_value(chain, count - 1);
  keys.rooted = (X509_get_extension_flags(last) & EXFLAG_SS) != 0;
  keys.certificates.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i + 1 < count; ++i) {
    keys.certificates.push_back(
        {IssuerId::of(sk_X509_value(chain, i + 1)), SerialNumber::of(X509_get0_serialNumber(sk_X509_value(chain, i)))});
  }
  if (keys.rooted) {
    keys.certificates.push_back({IssuerId::of(last), SerialNumber::of(X509_get0_serialNumber(last))});
  } else {
    keys.anchor = CertificateId::of(last);
  }
  return keys;
}

}  // namespace cadenas::pki
