#include "media/dtls_identity.hpp"

#include <array>
#include <chrono>
#include <ctime>
#include <stdexcept>

#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/bytes.hpp"
#include "media/dtls_fingerprint.hpp"

namespace cadenas::media {
namespace {

void require(bool done) {
  if (!done) throw std::runtime_error("OpenSSL cannot make the certificate for DTLS-SRTP");
}

X509Handle self_signed(EVP_PKEY* key, base::WallTime now) {
  X509Handle made(X509_new());
  require(made != nullptr);
  X509* certificate = made.get();
  // 63 random bits: positive, and never 0 in practice.
  std::array<std::uint8_t, 8> serial{};
  base::fill_random(serial);
  serial[0] &= 0x7f;
  std::uint64_t number = 0;
  for (const std::uint8_t octet : serial) number = number << 8 | octet;
  const auto seconds =
      static_cast<std::time_t>(std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count());
  const std::time_t from = seconds - std::time_t{24} * 3600;  // a peer whose clock is behind
  const std::time_t until = seconds + std::time_t{10} * 365 * 24 * 3600;
  X509_NAME* name = X509_get_subject_name(certificate);
  require(X509_set_version(certificate, X509_VERSION_3) == 1 &&
          ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), number) == 1 &&
          ASN1_TIME_set(X509_getm_notBefore(certificate), from) != nullptr &&
          ASN1_TIME_set(X509_getm_notAfter(certificate), until) != nullptr &&
          X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("DTLS-SRTP"), -1,
                                     -1, 0) == 1 &&
          X509_set_issuer_name(certificate, name) == 1 && X509_set_pubkey(certificate, key) == 1 &&
          X509_sign(certificate, key, EVP_sha256()) > 0);
  return made;
}

}  // namespace

DtlsIdentity::DtlsIdentity(base::WallTime now) : key_(EVP_EC_gen("P-256")) {
  require(key_ != nullptr);
  certificate_ = self_signed(key_.get(), now);
  for (const auto hash : {FingerprintHash::sha256, FingerprintHash::sha384}) {
    fingerprints_.push_back(fingerprint_of(certificate_.get(), hash));
  }
}

}  // namespace cadenas::media
