#include "pki/key.hpp"

#include <fstream>

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "base/atomic_file.hpp"
#include "pki/openssl_error.hpp"

namespace cadenas::pki {
namespace {

constexpr std::size_t largest_key_file = std::size_t{64} * 1024;

// Without a callback OpenSSL would ask for the password of an encrypted key on the terminal.
int no_password(char*, int, int, void*) {
  return -1;
}

}  // namespace

base::Result<PrivateKey> PrivateKey::generate(KeyAlgorithm algorithm) {
  KeyHandle key(is_rsa(algorithm) ? EVP_RSA_gen(algorithm == KeyAlgorithm::rsa_2048 ? 2048U : 3072U)
                                  : EVP_EC_gen("P-256"));
  if (!key) return openssl_failure("key.generation-failed", "The private key could not be generated");
  return PrivateKey(std::move(key));
}

base::Result<PrivateKey> PrivateKey::from_pem(base::ByteView pem) {
  const BioHandle source(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  KeyHandle key(source ? PEM_read_bio_PrivateKey(source.get(), nullptr, no_password, nullptr) : nullptr);
  if (!key) return openssl_failure("key.unreadable", "Expected an unencrypted private key in PEM form");
  return PrivateKey(std::move(key));
}

base::Result<PrivateKey> PrivateKey::load(const std::filesystem::path& file) {
  std::ifstream in;
  // An unbuffered stream, so that no copy of the key stays behind in freed memory.
  in.rdbuf()->pubsetbuf(nullptr, 0);
  in.open(file, std::ios::binary);
  base::Bytes content(largest_key_file);
  in.read(reinterpret_cast<char*>(content.data()), static_cast<std::streamsize>(content.size()));
  const auto length = static_cast<std::size_t>(in.gcount());
  const base::SecretBytes secret(std::move(content));
  if (in.bad() || length == 0 || length == largest_key_file) {
    return base::fail("key.unreadable",
                      "The key file " + file.string() + " is missing, empty, unreadable or too large.", file.string());
  }
  auto key = from_pem(secret.view().first(length));
  if (!key) key.error().field = file.string();
  return key;
}

base::Result<void> PrivateKey::save(const std::filesystem::path& file) const {
  const auto pem = to_pem();
  if (!pem) return tl::unexpected(pem.error());
  return base::replace_file(file, pem->view(), 0600);
}

base::Result<base::SecretBytes> PrivateKey::to_pem() const {
  if (holder_) return base::fail("key.unwritable", "The private key lives in a token, which does not give it away.");
  const BioHandle sink(BIO_new(BIO_s_secmem()));
  char* data = nullptr;
  if (!sink || PEM_write_bio_PKCS8PrivateKey(sink.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return openssl_failure("key.unwritable", "The private key could not be written as PEM");
  }
  const long length = BIO_get_mem_data(sink.get(), &data);
  return base::SecretBytes::copy_of(base::as_bytes({data, static_cast<std::size_t>(length)}));
}

}  // namespace cadenas::pki
