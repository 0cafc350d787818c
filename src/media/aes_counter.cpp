#include "media/aes_counter.hpp"

#include <new>
#include <stdexcept>

#include <openssl/evp.h>

namespace cadenas::media {
namespace {

const EVP_CIPHER* counter_cipher(std::size_t key_octets) {
  switch (key_octets) {
    case 16:
      return EVP_aes_128_ctr();
    case 32:
      return EVP_aes_256_ctr();
    default:
      throw std::logic_error("an AES key has 16 or 32 octets");
  }
}

}  // namespace

void AesCounter::Release::operator()(evp_cipher_ctx_st* context) const {
  EVP_CIPHER_CTX_free(context);
}

AesCounter::AesCounter(base::ByteView key) : context_(EVP_CIPHER_CTX_new()) {
  if (!context_ || EVP_EncryptInit_ex(context_.get(), counter_cipher(key.size()), nullptr, key.data(), nullptr) != 1) {
    throw std::bad_alloc();
  }
}

bool AesCounter::apply(const Counter& start, std::span<std::uint8_t> data) {
  if (data.empty()) return true;
  int done = 0;
  return EVP_EncryptInit_ex(context_.get(), nullptr, nullptr, nullptr, start.data()) == 1 &&
         EVP_EncryptUpdate(context_.get(), data.data(), &done, data.data(), static_cast<int>(data.size())) == 1;
}

}  // namespace cadenas::media
