#pragma once

#include <chrono>
#include <ctime>
#include <memory>
#include <stdexcept>

#include <openssl/ocsp.h>
#include <openssl/x509v3.h>

#include "base/bytes.hpp"
#include "pki/identity.hpp"
#include "pki/openssl_handles.hpp"

namespace cadenas::pki {

/// What a test's responder says; dates are from the moment given to `answer_by_ocsp`.
struct TestAnswer {
  int status = V_OCSP_CERTSTATUS_GOOD;
  std::chrono::minutes from{-1};
  std::chrono::minutes until{60};
  bool next_update = true;
};

/// The OCSPResponse of `signer` about `subject` under `issuer`, DER.
inline base::Bytes answer_by_ocsp(const Identity& signer, const Certificate& subject, const Certificate& issuer,
                                  std::time_t now, const TestAnswer& wanted = {}) {
  const auto free_basic = [](OCSP_BASICRESP* value) { OCSP_BASICRESP_free(value); };
  const auto free_response = [](OCSP_RESPONSE* value) { OCSP_RESPONSE_free(value); };
  const auto free_time = [](ASN1_TIME* value) { ASN1_TIME_free(value); };
  const auto free_id = [](OCSP_CERTID* value) { OCSP_CERTID_free(value); };
  const auto at = [&](std::chrono::minutes offset) {
    return std::unique_ptr<ASN1_TIME, decltype(free_time)>(
        ASN1_GENERALIZEDTIME_set(nullptr, now + std::chrono::seconds(offset).count()), free_time);
  };
  const std::unique_ptr<OCSP_BASICRESP, decltype(free_basic)> basic(OCSP_BASICRESP_new(), free_basic);
  const std::unique_ptr<OCSP_CERTID, decltype(free_id)> id(OCSP_cert_to_id(nullptr, subject.handle(), issuer.handle()),
                                                           free_id);
  const auto from = at(wanted.from);
  const auto until = at(wanted.until);
  const bool revoked = wanted.status == V_OCSP_CERTSTATUS_REVOKED;
  if (OCSP_basic_add1_status(basic.get(), id.get(), wanted.status, 0, revoked ? from.get() : nullptr, from.get(),
                             wanted.next_update ? until.get() : nullptr) == nullptr ||
      OCSP_basic_sign(basic.get(), signer.leaf().handle(), signer.key().handle(), EVP_sha256(), nullptr, 0) != 1) {
    throw std::runtime_error("the test's OCSP answer cannot be made");
  }
  const std::unique_ptr<OCSP_RESPONSE, decltype(free_response)> response(
      OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic.get()), free_response);
  unsigned char* der = nullptr;
  const int length = i2d_OCSP_RESPONSE(response.get(), &der);
  base::Bytes out(der, der + length);
  OPENSSL_free(der);
  return out;
}

}  // namespace cadenas::pki
