#include "store/credentials.hpp"

#include <algorithm>
#include <initializer_list>
#include <memory>
#include <span>
#include <stdexcept>

#include <openssl/evp.h>

namespace cadenas::store {

namespace {

struct FreeContext {
  void operator()(EVP_MD_CTX* c) const { EVP_MD_CTX_free(c); }
};

std::string digest_hex(const EVP_MD* algorithm, std::initializer_list<std::string_view> parts) {
  const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> out{};
  unsigned size = 0;
  bool ok = context && EVP_DigestInit_ex(context.get(), algorithm, nullptr) == 1;
  for (const std::string_view part : parts) {
    ok = ok && EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1;
  }
  if (!ok || EVP_DigestFinal_ex(context.get(), out.data(), &size) != 1) {
    throw std::runtime_error("OpenSSL offers no digest that Digest authentication needs");
  }
  std::string hex = base::to_hex({out.data(), size});
  base::secure_wipe(out);
  return hex;
}

void wipe(std::string& text) {
  base::secure_wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
}

}  // namespace

base::Result<Ha1> Ha1::from_hex(std::string_view hex) {
  const bool digits =
      std::all_of(hex.begin(), hex.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
  if (!digits || (hex.size() != 32 && hex.size() != 64)) {
    return base::fail("store.ha1", "A digest must be 32 or 64 lower-case hexadecimal digits.");
  }
  Ha1 out;
  std::copy(hex.begin(), hex.end(), out.digits_.begin());
  out.size_ = hex.size();
  return out;
}

DigestCredentials digest_credentials(std::string_view user, std::string_view realm, std::string_view password) {
  std::string md5 = digest_hex(EVP_md5(), {user, ":", realm, ":", password});
  std::string sha256 = digest_hex(EVP_sha256(), {user, ":", realm, ":", password});
  DigestCredentials out{*Ha1::from_hex(md5), *Ha1::from_hex(sha256)};
  wipe(md5);
  wipe(sha256);
  return out;
}

}  // namespace cadenas::store
