#include "store/licence.hpp"

#include <array>
#include <cctype>
#include <cstdint>
#include <stdexcept>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/bytes.hpp"

namespace cadenas::store {

namespace {

// Names the purpose, so that no other value derived from the system's id can be taken for a key.
constexpr std::string_view purpose = "cadenas encryption unlock 1";
constexpr std::size_t key_digits = 20;

std::string key_digits_for(std::string_view system_id) {
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> mac{};
  unsigned size = 0;
  if (!HMAC(EVP_sha256(), purpose.data(), static_cast<int>(purpose.size()), base::as_bytes(system_id).data(),
            system_id.size(), mac.data(), &size)) {
    throw std::runtime_error("OpenSSL offers no HMAC-SHA-256");
  }
  std::string digits = base::to_hex({mac.data(), key_digits / 2});
  for (char& c : digits) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return digits;
}

}  // namespace

std::string unlock_key_for(std::string_view system_id) {
  const std::string digits = key_digits_for(system_id);
  std::string key;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && i % 4 == 0) key += '-';
    key += digits[i];
  }
  return key;
}

bool unlock_key_fits(std::string_view key, std::string_view system_id) {
  std::string typed;
  for (const char c : key) {
    if (c != ' ' && c != '-') typed += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return !system_id.empty() && typed == key_digits_for(system_id);
}

}  // namespace cadenas::store
