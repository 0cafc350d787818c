#include "pki/ocsp.hpp"

#include <memory>
#include <optional>

#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "pki/asn1_time.hpp"
#include "pki/openssl_error.hpp"
#include "pki/openssl_handles.hpp"

namespace cadenas::pki {
namespace {

struct OcspFree {
  void operator()(OCSP_REQUEST* value) const noexcept { OCSP_REQUEST_free(value); }
  void operator()(OCSP_RESPONSE* value) const noexcept { OCSP_RESPONSE_free(value); }
  void operator()(OCSP_BASICRESP* value) const noexcept { OCSP_BASICRESP_free(value); }
  void operator()(OCSP_CERTID* value) const noexcept { OCSP_CERTID_free(value); }
  void operator()(AUTHORITY_INFO_ACCESS* value) const noexcept { AUTHORITY_INFO_ACCESS_free(value); }
};
using RequestHandle = std::unique_ptr<OCSP_REQUEST, OcspFree>;
using ResponseHandle = std::unique_ptr<OCSP_RESPONSE, OcspFree>;
using BasicHandle = std::unique_ptr<OCSP_BASICRESP, OcspFree>;
using CertIdHandle = std::unique_ptr<OCSP_CERTID, OcspFree>;
using AccessHandle = std::unique_ptr<AUTHORITY_INFO_ACCESS, OcspFree>;

/// SHA-1, as in every request: it names an issuer, it protects nothing (RFC 5019 §2.1.1).
CertIdHandle id_of(const Certificate& subject, const Certificate& issuer) {
  return CertIdHandle(OCSP_cert_to_id(nullptr, subject.handle(), issuer.handle()));
}

base::Result<BasicHandle> decode(base::ByteView octets) {
  if (octets.size() > largest_ocsp_answer) {
    return base::fail("ocsp.unreadable",
                      "The OCSP answer is larger than " + std::to_string(largest_ocsp_answer / 1024) + " KiB.");
  }
  const unsigned char* position = octets.data();
  const ResponseHandle response(d2i_OCSP_RESPONSE(nullptr, &position, static_cast<long>(octets.size())));
  if (!response || position != octets.data() + octets.size()) {
    return openssl_failure("ocsp.unreadable", "Expected an OCSP answer (RFC 6960)");
  }
  if (const int status = OCSP_response_status(response.get()); status != OCSP_RESPONSE_STATUS_SUCCESSFUL) {
    return base::fail("ocsp.refused",
                      std::string("The OCSP responder gives no answer: ") + OCSP_response_status_str(status) + ".");
  }
  BasicHandle basic(OCSP_response_get1_basic(response.get()));
  if (!basic) return openssl_failure("ocsp.unreadable", "Expected a basic OCSP answer (RFC 6960)");
  return basic;
}

/// The issuer alone is trusted, whatever else the answer brings along.
bool is_signed_for(OCSP_BASICRESP* basic, const Certificate& issuer, base::WallTime now) {
  const X509StoreHandle store(X509_STORE_new());
  const X509StackHandle signers(sk_X509_new_null());
  if (!store || !signers || X509_STORE_add_cert(store.get(), issuer.handle()) != 1 ||
      X509_add_cert(signers.get(), issuer.handle(), X509_ADD_FLAG_UP_REF) != 1) {
    return false;
  }
  X509_VERIFY_PARAM* rules = X509_STORE_get0_param(store.get());
  X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_PARTIAL_CHAIN);
  X509_VERIFY_PARAM_set_time(rules, std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count());
  return OCSP_basic_verify(basic, signers.get(), store.get(), OCSP_NOEXPLICIT) == 1;
}

struct Said {
  int status = V_OCSP_CERTSTATUS_UNKNOWN;
  base::WallTime this_update;
  std::optional<base::WallTime> next_update;
};

std::optional<Said> find(OCSP_BASICRESP* basic, OCSP_CERTID* id) {
  Said said;
  int reason = 0;
  ASN1_GENERALIZEDTIME* revoked_at = nullptr;
  ASN1_GENERALIZEDTIME* this_update = nullptr;
  ASN1_GENERALIZEDTIME* next_update = nullptr;
  if (OCSP_resp_find_status(basic, id, &said.status, &reason, &revoked_at, &this_update, &next_update) != 1) {
    return std::nullopt;
  }
  const auto from = wall_time(this_update);
  said.next_update = wall_time(next_update);
  if (!from || (next_update != nullptr && !said.next_update)) return std::nullopt;
  said.this_update = *from;
  return said;
}

OcspStatus status_of(int status) {
  if (status == V_OCSP_CERTSTATUS_GOOD) return OcspStatus::good;
  return status == V_OCSP_CERTSTATUS_REVOKED ? OcspStatus::revoked : OcspStatus::unknown;
}

}  // namespace

std::string_view to_string(OcspStatus status) {
  switch (status) {
    case OcspStatus::good:
      return "good";
    case OcspStatus::revoked:
      return "revoked";
    case OcspStatus::unknown:
      return "unknown";
  }
  return {};
}

std::vector<std::string> ocsp_responders(const Certificate& certificate) {
  const AccessHandle access(
      static_cast<AUTHORITY_INFO_ACCESS*>(X509_get_ext_d2i(certificate.handle(), NID_info_access, nullptr, nullptr)));
  std::vector<std::string> uris;
  for (int i = 0; access && i < sk_ACCESS_DESCRIPTION_num(access.get()); ++i) {
    const ACCESS_DESCRIPTION* entry = sk_ACCESS_DESCRIPTION_value(access.get(), i);
    if (OBJ_obj2nid(entry->method) != NID_ad_OCSP || entry->location->type != GEN_URI) continue;
    const ASN1_IA5STRING* uri = entry->location->d.uniformResourceIdentifier;
    uris.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(uri)),
                      static_cast<std::size_t>(ASN1_STRING_length(uri)));
  }
  ERR_clear_error();
  return uris;
}

base::Result<base::Bytes> ocsp_request(const Certificate& subject, const Certificate& issuer) {
  const RequestHandle request(OCSP_REQUEST_new());
  CertIdHandle id = id_of(subject, issuer);
  if (!request || !id || OCSP_request_add0_id(request.get(), id.get()) == nullptr) {
    return openssl_failure("ocsp.request-failed", "An OCSP request could not be made");
  }
  // The request owns it now.
  static_cast<void>(id.release());
  unsigned char* der = nullptr;
  const int length = i2d_OCSP_REQUEST(request.get(), &der);
  if (length <= 0) return openssl_failure("ocsp.request-failed", "An OCSP request could not be encoded");
  base::Bytes octets(der, der + length);
  OPENSSL_free(der);
  return octets;
}

base::Result<OcspAnswer> read_ocsp_answer(base::ByteView octets, const Certificate& subject, const Certificate& issuer,
                                          base::WallTime now) {
  const auto basic = decode(octets);
  if (!basic) return tl::unexpected(basic.error());
  if (!is_signed_for(basic->get(), issuer, now)) {
    return openssl_failure("ocsp.bad-signature", "The OCSP answer is not signed by " + issuer.facts().subject +
                                                     " nor by one it delegated that to");
  }
  const CertIdHandle id = id_of(subject, issuer);
  const auto said = id ? find(basic->get(), id.get()) : std::nullopt;
  ERR_clear_error();
  if (!said) return base::fail("ocsp.other-certificate", "The OCSP answer is about another certificate.");
  OcspAnswer answer;
  answer.status = status_of(said->status);
  answer.this_update = said->this_update;
  answer.until = said->next_update.value_or(said->this_update + ocsp_life_without_next_update);
  if (answer.this_update > now + ocsp_clock_tolerance) {
    return base::fail("ocsp.not-yet-valid", "The OCSP answer is from the future; check the clock of this system.");
  }
  if (now >= answer.until) return base::fail("ocsp.stale", "The OCSP answer is out of date.");
  answer.octets.assign(octets.begin(), octets.end());
  return answer;
}

}  // namespace cadenas::pki
