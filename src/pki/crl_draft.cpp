#include "pki/crl_draft.hpp"

#include <chrono>
#include <ctime>
#include <memory>

#include <openssl/bn.h>
#include <openssl/x509v3.h>

#include "pki/openssl_error.hpp"
#include "pki/openssl_handles.hpp"

namespace cadenas::pki {
namespace {

using TimeHandle = std::unique_ptr<ASN1_TIME, decltype(&ASN1_TIME_free)>;
using RevokedHandle = std::unique_ptr<X509_REVOKED, decltype(&X509_REVOKED_free)>;
using EnumeratedHandle = std::unique_ptr<ASN1_ENUMERATED, decltype(&ASN1_ENUMERATED_free)>;

TimeHandle asn1_time(base::WallTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  return {ASN1_TIME_set(nullptr, static_cast<time_t>(seconds.time_since_epoch().count())), ASN1_TIME_free};
}

bool add_entry(X509_CRL* list, const IssuedEntry& entry) {
  RevokedHandle revoked(X509_REVOKED_new(), X509_REVOKED_free);
  BIGNUM* parsed = nullptr;
  const bool read = BN_hex2bn(&parsed, entry.serial.c_str()) > 0;
  const BignumHandle number(parsed);
  const Asn1IntegerHandle serial(read ? BN_to_ASN1_INTEGER(number.get(), nullptr) : nullptr);
  const TimeHandle at = asn1_time(*entry.revoked_at);
  if (!revoked || !serial || !at || X509_REVOKED_set_serialNumber(revoked.get(), serial.get()) != 1 ||
      X509_REVOKED_set_revocationDate(revoked.get(), at.get()) != 1) {
    return false;
  }
  // "unspecified" is said by leaving the reason out (RFC 5280 §5.3.1).
  if (entry.reason != RevocationReason::unspecified) {
    const EnumeratedHandle reason(ASN1_ENUMERATED_new(), ASN1_ENUMERATED_free);
    if (!reason || ASN1_ENUMERATED_set(reason.get(), static_cast<long>(entry.reason)) != 1 ||
        X509_REVOKED_add1_ext_i2d(revoked.get(), NID_crl_reason, reason.get(), 0, 0) != 1) {
      return false;
    }
  }
  if (X509_CRL_add0_revoked(list, revoked.get()) != 1) return false;
  std::ignore = revoked.release();
  return true;
}

bool add_identifiers(X509_CRL* list, std::uint64_t number, const Certificate& authority) {
  const Asn1IntegerHandle value(ASN1_INTEGER_new());
  X509V3_CTX context;
  X509V3_set_ctx(&context, authority.handle(), nullptr, nullptr, list, 0);
  X509V3_set_ctx_nodb(&context);
  const X509ExtensionHandle issuer(
      X509V3_EXT_conf_nid(nullptr, &context, NID_authority_key_identifier, "keyid:always"));
  return value && ASN1_INTEGER_set_uint64(value.get(), number) == 1 &&
         X509_CRL_add1_ext_i2d(list, NID_crl_number, value.get(), 0, 0) == 1 && issuer &&
         X509_CRL_add_ext(list, issuer.get(), -1) == 1;
}

}  // namespace

base::Result<base::Bytes> sign_crl(const CrlDraft& draft, std::span<const IssuedEntry> entries,
                                   const Certificate& authority, const PrivateKey& key) {
  const X509CrlHandle list(X509_CRL_new());
  const TimeHandle this_update = asn1_time(draft.this_update);
  const TimeHandle next_update = asn1_time(draft.next_update);
  bool good = list && this_update && next_update && X509_CRL_set_version(list.get(), X509_CRL_VERSION_2) == 1 &&
              X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(authority.handle())) == 1 &&
              X509_CRL_set1_lastUpdate(list.get(), this_update.get()) == 1 &&
              X509_CRL_set1_nextUpdate(list.get(), next_update.get()) == 1;
  for (const IssuedEntry& entry : entries) good = good && (!entry.revoked_at || add_entry(list.get(), entry));
  good = good && add_identifiers(list.get(), draft.number, authority) && X509_CRL_sort(list.get()) == 1 &&
         X509_CRL_sign(list.get(), key.handle(), EVP_sha256()) > 0;
  unsigned char* der = nullptr;
  const int length = good ? i2d_X509_CRL(list.get(), &der) : 0;
  if (length <= 0) return openssl_failure("crl.signing-failed", "The revocation list could not be made");
  base::Bytes octets(der, der + length);
  OPENSSL_free(der);
  return octets;
}

}  // namespace cadenas::pki
