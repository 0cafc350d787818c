#include "pki/pkcs12_cost.hpp"

#include <cstdint>
#include <memory>

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

namespace cadenas::pki {
namespace {

using Scheme = std::unique_ptr<X509_ALGOR, decltype(&X509_ALGOR_free)>;

Scheme pbes2(int iterations) {
  return {PKCS5_pbe2_set(EVP_aes_256_cbc(), iterations, nullptr, 16), X509_ALGOR_free};
}
Scheme pkcs12_scheme(int nid, int iterations) {
  return {PKCS5_pbe_set(nid, iterations, nullptr, 8), X509_ALGOR_free};
}
std::string code_of(const base::Result<void>& result) {
  return result ? "none" : result.error().code;
}

constexpr int most = static_cast<int>(DerivationBudget::most_iterations);

TEST(DerivationBudget, CountsEveryUseOfAFileTogether) {
  DerivationBudget budget(nullptr);
  EXPECT_EQ(code_of(budget.spend(pbes2(most / 2).get())), "none");
  EXPECT_EQ(code_of(budget.spend(pkcs12_scheme(NID_pbe_WithSHA1And3_Key_TripleDES_CBC, most / 2).get())), "none");
  EXPECT_EQ(code_of(budget.spend(pbes2(1).get())), "pkcs12.too-costly");
}

TEST(DerivationBudget, RefusesTheLargestAndTheNegativeNumber) {
  DerivationBudget budget(nullptr);
  for (const std::int64_t count : {std::int64_t{most} + 1, std::int64_t{INT32_MAX}, INT64_MAX, std::int64_t{-1}}) {
    SCOPED_TRACE(count);
    PBEPARAM* parameters = PBEPARAM_new();
    ASN1_INTEGER_set_int64(parameters->iter, count);
    ASN1_STRING* packed = ASN1_item_pack(parameters, ASN1_ITEM_rptr(PBEPARAM), nullptr);
    PBEPARAM_free(parameters);
    const Scheme scheme(X509_ALGOR_new(), X509_ALGOR_free);
    X509_ALGOR_set0(scheme.get(), OBJ_nid2obj(NID_pbe_WithSHA1And3_Key_TripleDES_CBC), V_ASN1_SEQUENCE, packed);
    EXPECT_EQ(code_of(budget.spend(scheme.get())), "pkcs12.too-costly");
  }
  EXPECT_EQ(code_of(budget.spend(pbes2(INT32_MAX).get())), "pkcs12.too-costly");
  EXPECT_EQ(code_of(budget.spend(pbes2(2048).get())), "none");
}

// scrypt names its cost in three numbers, and no tool writes PKCS#12 with it.
TEST(DerivationBudget, KnowsNoSchemeWhoseCostItCannotRead) {
  DerivationBudget budget(nullptr);
  const Scheme scrypt(PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), nullptr, 0, nullptr, 1024, 8, 1), X509_ALGOR_free);
  const Scheme old(PKCS5_pbe_set(NID_pbeWithMD5AndDES_CBC, 1, nullptr, 8), X509_ALGOR_free);
  const Scheme plain(X509_ALGOR_new(), X509_ALGOR_free);
  X509_ALGOR_set0(plain.get(), OBJ_nid2obj(NID_pbes2), V_ASN1_NULL, nullptr);
  ERR_clear_error();
  for (const X509_ALGOR* scheme :
       {static_cast<const X509_ALGOR*>(scrypt.get()), static_cast<const X509_ALGOR*>(old.get()),
        static_cast<const X509_ALGOR*>(plain.get()), static_cast<const X509_ALGOR*>(nullptr)}) {
    EXPECT_EQ(code_of(budget.spend(scheme)), "pkcs12.unreadable");
  }
  // RC2 is not in the default context.
  EXPECT_EQ(code_of(budget.spend(pkcs12_scheme(NID_pbe_WithSHA1And40BitRC2_CBC, 1).get())), "pkcs12.unreadable");
  EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST(DerivationBudget, CountsTheMacToo) {
  const std::unique_ptr<PKCS12, decltype(&PKCS12_free)> file(PKCS12_init(NID_pkcs7_data), PKCS12_free);
  const ASN1_INTEGER* iterations = nullptr;
  ASSERT_EQ(PKCS12_setup_mac(file.get(), 2, nullptr, 8, EVP_sha256()), 1);
  PKCS12_get0_mac(nullptr, nullptr, nullptr, &iterations, file.get());
  DerivationBudget budget(nullptr);
  EXPECT_EQ(code_of(budget.spend_mac(file.get())), "none");
  ASN1_INTEGER_set_int64(const_cast<ASN1_INTEGER*>(iterations), most);
  EXPECT_EQ(code_of(budget.spend_mac(file.get())), "pkcs12.too-costly");
}

}  // namespace
}  // namespace cadenas::pki
