#include "pki/pkcs12_cost.hpp"

#include <memory>
#include <string>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

namespace cadenas::pki {
namespace {

struct ParametersFree {
  void operator()(PBEPARAM* value) const noexcept { PBEPARAM_free(value); }
  void operator()(PBE2PARAM* value) const noexcept { PBE2PARAM_free(value); }
  void operator()(PBKDF2PARAM* value) const noexcept { PBKDF2PARAM_free(value); }
};

template <class T>
using Parameters = std::unique_ptr<T, ParametersFree>;

int nid_of(const X509_ALGOR* algorithm, const ASN1_TYPE** parameters = nullptr) {
  const ASN1_OBJECT* object = nullptr;
  int type = V_ASN1_UNDEF;
  const void* value = nullptr;
  X509_ALGOR_get0(&object, &type, &value, algorithm);
  if (parameters != nullptr) *parameters = algorithm->parameter;
  return OBJ_obj2nid(object);
}

/// `parameters` as the SEQUENCE `item` names; null when they are not.
template <class T>
Parameters<T> unpack(const ASN1_TYPE* parameters, const ASN1_ITEM* item) {
  if (parameters == nullptr) return nullptr;
  return Parameters<T>(static_cast<T*>(ASN1_TYPE_unpack_sequence(item, parameters)));
}

base::Result<void> unsupported(const std::string& what) {
  ERR_clear_error();
  return base::fail("pkcs12.unreadable", "The PKCS#12 file is protected with " + what +
                                             ", which cannot be read here; export it again with AES-256 and SHA-256.");
}

base::Result<void> damaged() {
  ERR_clear_error();
  return base::fail("pkcs12.unreadable", "The PKCS#12 file does not say properly how it is encrypted.");
}

std::string name_of(int nid) {
  return nid == NID_undef ? "an unknown algorithm" : OBJ_nid2ln(nid);
}

}  // namespace

base::Result<void> DerivationBudget::take(const ASN1_INTEGER* iterations) {
  std::uint64_t count = 1;
  // Fails for what is negative or larger than 64 bits.
  const bool counted = iterations == nullptr || ASN1_INTEGER_get_uint64(&count, iterations) == 1;
  ERR_clear_error();
  if (!counted || count > left_) {
    return base::fail("pkcs12.too-costly", "The PKCS#12 file asks for more than " + std::to_string(most_iterations) +
                                               " rounds of key derivation; export it again with fewer.");
  }
  // At least one each, so that a file full of small parts comes to an end too.
  left_ -= count > 0 ? count : 1;
  return {};
}

base::Result<void> DerivationBudget::need_cipher(int nid) const {
  EVP_CIPHER* cipher = nid == NID_undef ? nullptr : EVP_CIPHER_fetch(library_, OBJ_nid2sn(nid), nullptr);
  if (cipher == nullptr) return unsupported(name_of(nid));
  EVP_CIPHER_free(cipher);
  return {};
}

base::Result<void> DerivationBudget::need_digest(int nid) const {
  EVP_MD* digest = nid == NID_undef ? nullptr : EVP_MD_fetch(library_, OBJ_nid2sn(nid), nullptr);
  if (digest == nullptr) return unsupported(name_of(nid));
  EVP_MD_free(digest);
  return {};
}

base::Result<void> DerivationBudget::spend_pbes2(const ASN1_TYPE* parameters) {
  const auto both = unpack<PBE2PARAM>(parameters, ASN1_ITEM_rptr(PBE2PARAM));
  if (!both) return damaged();
  const ASN1_TYPE* inner = nullptr;
  if (const int kdf = nid_of(both->keyfunc, &inner); kdf != NID_id_pbkdf2) return unsupported(name_of(kdf));
  const auto derivation = unpack<PBKDF2PARAM>(inner, ASN1_ITEM_rptr(PBKDF2PARAM));
  if (!derivation) return damaged();
  int digest = NID_sha1;
  if (derivation->prf != nullptr) {
    const int prf = nid_of(derivation->prf);
    if (EVP_PBE_find(EVP_PBE_TYPE_PRF, prf, nullptr, &digest, nullptr) != 1) return unsupported(name_of(prf));
  }
  if (auto known = need_digest(digest); !known) return known;
  if (auto known = need_cipher(nid_of(both->encryption)); !known) return known;
  return take(derivation->iter);
}

base::Result<void> DerivationBudget::spend(const X509_ALGOR* scheme) {
  if (scheme == nullptr) return damaged();
  const ASN1_TYPE* parameters = nullptr;
  const int nid = nid_of(scheme, &parameters);
  switch (nid) {
    case NID_pbes2:
      return spend_pbes2(parameters);
    case NID_pbe_WithSHA1And128BitRC4:
    case NID_pbe_WithSHA1And40BitRC4:
    case NID_pbe_WithSHA1And3_Key_TripleDES_CBC:
    case NID_pbe_WithSHA1And2_Key_TripleDES_CBC:
    case NID_pbe_WithSHA1And128BitRC2_CBC:
    case NID_pbe_WithSHA1And40BitRC2_CBC: {
      int cipher = NID_undef;
      EVP_PBE_find(EVP_PBE_TYPE_OUTER, nid, &cipher, nullptr, nullptr);
      if (auto known = need_cipher(cipher); !known) return known;
      const auto derivation = unpack<PBEPARAM>(parameters, ASN1_ITEM_rptr(PBEPARAM));
      return derivation ? take(derivation->iter) : damaged();
    }
    default:
      return unsupported(name_of(nid));
  }
}

base::Result<void> DerivationBudget::spend_mac(const PKCS12* file) {
  const X509_ALGOR* algorithm = nullptr;
  const ASN1_INTEGER* iterations = nullptr;
  PKCS12_get0_mac(nullptr, &algorithm, nullptr, &iterations, file);
  if (algorithm == nullptr) return damaged();
  if (auto known = need_digest(nid_of(algorithm)); !known) return known;
  return take(iterations);
}

}  // namespace cadenas::pki
