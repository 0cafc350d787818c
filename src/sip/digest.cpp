#include "sip/digest.hpp"

#include <array>
#include <cstdio>
#include <initializer_list>
#include <memory>

#include <openssl/evp.h>

#include "base/bytes.hpp"

namespace cadenas::sip {

namespace {

struct FreeMd {
  void operator()(EVP_MD* md) const { EVP_MD_free(md); }
};
struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

// Fetched once: a look-up in OpenSSL's provider store costs as much as the digest itself.
const EVP_MD* md_of(DigestAlgorithm algorithm) {
  static const std::unique_ptr<EVP_MD, FreeMd> md5(EVP_MD_fetch(nullptr, "MD5", nullptr));
  static const std::unique_ptr<EVP_MD, FreeMd> sha256(EVP_MD_fetch(nullptr, "SHA256", nullptr));
  return algorithm == DigestAlgorithm::md5 ? md5.get() : sha256.get();
}

// Hex of H(part ":" part ":" …); empty where the library refuses the algorithm (MD5 in a FIPS build).
std::string hash_joined(DigestAlgorithm algorithm, std::initializer_list<std::string_view> parts) {
  const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
  const EVP_MD* md = md_of(algorithm);
  if (!context || md == nullptr || EVP_DigestInit_ex2(context.get(), md, nullptr) != 1) return {};
  bool first = true;
  for (const std::string_view part : parts) {
    if (!first) EVP_DigestUpdate(context.get(), ":", 1);
    first = false;
    EVP_DigestUpdate(context.get(), part.data(), part.size());
  }
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_DigestFinal_ex(context.get(), digest.data(), &size) != 1) return {};
  return base::to_hex({digest.data(), size});
}

}  // namespace

std::string digest_ha1(DigestAlgorithm algorithm, std::string_view user, std::string_view realm,
                       std::string_view password) {
  return hash_joined(algorithm, {user, realm, password});
}

std::string digest_response(const DigestCredentials& credentials, std::string_view ha1, std::string_view method) {
  const std::string ha2 = hash_joined(credentials.algorithm, {method, credentials.uri});
  if (!credentials.qop_auth) return hash_joined(credentials.algorithm, {ha1, credentials.nonce, ha2});
  return hash_joined(credentials.algorithm,
                     {ha1, credentials.nonce, credentials.nonce_count_text, credentials.cnonce, "auth", ha2});
}

bool digest_verify(const DigestCredentials& credentials, std::string_view ha1, std::string_view method) {
  const std::string expected = digest_response(credentials, ha1, method);
  return !expected.empty() && base::equal_constant_time(base::as_bytes(expected), base::as_bytes(credentials.response));
}

base::Result<std::string> digest_answer(const DigestChallenge& challenge, std::string_view user,
                                        std::string_view password, std::string_view method, std::string_view uri,
                                        std::uint32_t nonce_count, std::string_view cnonce) {
  if (challenge.has_qop && !challenge.qop_auth)
    return base::fail("digest.unsupported", "The challenge offers no quality of protection we know: auth is needed.");
  DigestCredentials out;
  out.username = user;
  out.realm = challenge.realm;
  out.nonce = challenge.nonce;
  out.uri = uri;
  out.opaque = challenge.opaque;
  out.algorithm = challenge.algorithm;
  out.qop_auth = challenge.qop_auth;
  if (out.qop_auth) {
    std::array<char, 9> count{};
    std::snprintf(count.data(), count.size(), "%08x", nonce_count);
    out.nonce_count = nonce_count;
    out.nonce_count_text = count.data();
    out.cnonce = cnonce.empty() ? base::random_hex(8) : std::string(cnonce);
  }
  out.response = digest_response(out, digest_ha1(out.algorithm, user, out.realm, password), method);
  return out.to_string();
}

}  // namespace cadenas::sip
