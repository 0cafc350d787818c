#include "media/aes_gcm.hpp"

#include <new>
#include <stdexcept>

#include <openssl/evp.h>

namespace cadenas::media {
namespace {

const EVP_CIPHER* gcm_cipher(std::size_t key_octets) {
  switch (key_octets) {
    case 16:
      return EVP_aes_128_gcm();
    case 32:
      return EVP_aes_256_gcm();
    default:
      throw std::logic_error("an AES-GCM key has 16 or 32 octets");
  }
}

// `out` null: `in` is only authenticated.
bool update(EVP_CIPHER_CTX* context, std::uint8_t* out, base::ByteView in) {
  int done = 0;
  return in.empty() || EVP_CipherUpdate(context, out, &done, in.data(), static_cast<int>(in.size())) == 1;
}

}  // namespace

void AesGcm::Release::operator()(evp_cipher_ctx_st* context) const {
  EVP_CIPHER_CTX_free(context);
}

AesGcm::AesGcm(base::ByteView key) : context_(EVP_CIPHER_CTX_new()) {
  if (!context_ || EVP_EncryptInit_ex(context_.get(), gcm_cipher(key.size()), nullptr, key.data(), nullptr) != 1) {
    throw std::bad_alloc();
  }
}

bool AesGcm::seal(const Iv& iv, base::ByteView first, base::ByteView second, std::span<std::uint8_t> data,
                  std::span<std::uint8_t> tag) {
  int done = 0;
  return EVP_EncryptInit_ex(context_.get(), nullptr, nullptr, nullptr, iv.data()) == 1 &&
         update(context_.get(), nullptr, first) && update(context_.get(), nullptr, second) &&
         update(context_.get(), data.data(), data) && EVP_EncryptFinal_ex(context_.get(), nullptr, &done) == 1 &&
         EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_GET_TAG, kTag, tag.data()) == 1;
}

bool AesGcm::decrypt(const Iv& iv, base::ByteView first, base::ByteView second, std::span<std::uint8_t> data,
                     base::ByteView tag) {
  int done = 0;
  // The tag is an input here; the interface has no const for it.
  auto* const expected = const_cast<std::uint8_t*>(tag.data());
  return EVP_DecryptInit_ex(context_.get(), nullptr, nullptr, nullptr, iv.data()) == 1 &&
         update(context_.get(), nullptr, first) && update(context_.get(), nullptr, second) &&
         update(context_.get(), data.data(), data) &&
         EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_SET_TAG, kTag, expected) == 1 &&
         EVP_DecryptFinal_ex(context_.get(), nullptr, &done) == 1;
}

// The same keystream a second time gives back the octets that came: dearer than a copy kept aside, but only what is
// forged or passed on as it is pays for it, and packets may have any size.
void AesGcm::encrypt_back(const Iv& iv, std::span<std::uint8_t> data) {
  if (EVP_EncryptInit_ex(context_.get(), nullptr, nullptr, nullptr, iv.data()) == 1) {
    update(context_.get(), data.data(), data);
  }
}

bool AesGcm::open(const Iv& iv, base::ByteView first, base::ByteView second, std::span<std::uint8_t> data,
                  base::ByteView tag) {
  if (decrypt(iv, first, second, data, tag)) return true;
  encrypt_back(iv, data);
  return false;
}

bool AesGcm::verify(const Iv& iv, base::ByteView first, base::ByteView second, std::span<std::uint8_t> data,
                    base::ByteView tag) {
  const bool genuine = decrypt(iv, first, second, data, tag);
  encrypt_back(iv, data);
  return genuine;
}

}  // namespace cadenas::media
