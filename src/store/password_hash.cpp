#include "store/password_hash.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <vector>

#include <openssl/evp.h>

#include "base/bytes.hpp"

namespace cadenas::store {

namespace {

constexpr std::size_t shortest_password = 10;
constexpr std::size_t hash_octets = 32;
constexpr std::size_t salt_octets = 16;
constexpr std::uint64_t memory_limit = 256ull << 20;

struct Encoded {
  std::uint64_t n = 0, r = 0, p = 0;
  base::Bytes salt;
  base::Bytes hash;
};

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> out;
  for (;;) {
    const auto at = text.find('$');
    out.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return out;
    text.remove_prefix(at + 1);
  }
}

bool read_number(std::string_view text, std::uint64_t& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size() && out > 0;
}

std::optional<Encoded> decode(std::string_view text) {
  const auto parts = split(text);
  Encoded out;
  if (parts.size() != 6 || parts[0] != "scrypt" || !read_number(parts[1], out.n) || !read_number(parts[2], out.r) ||
      !read_number(parts[3], out.p)) {
    return std::nullopt;
  }
  auto salt = base::from_base64(parts[4]);
  auto hash = base::from_base64(parts[5]);
  if (!salt || salt->empty() || !hash || hash->size() != hash_octets) return std::nullopt;
  out.salt = std::move(*salt);
  out.hash = std::move(*hash);
  return out;
}

bool derive(std::string_view password, const Encoded& parameters, std::array<std::uint8_t, hash_octets>& out) {
  return EVP_PBE_scrypt(password.data(), password.size(), parameters.salt.data(), parameters.salt.size(), parameters.n,
                        parameters.r, parameters.p, memory_limit, out.data(), out.size()) == 1;
}

}  // namespace

base::Result<PasswordHash> PasswordHash::of(std::string_view password) {
  if (password.size() < shortest_password) {
    return base::fail("account.password-too-short", "An administrator's password has at least 10 characters.",
                      "password");
  }
  Encoded parameters{std::uint64_t{1} << 15, 8, 1, base::Bytes(salt_octets), {}};
  base::fill_random(parameters.salt);
  std::array<std::uint8_t, hash_octets> hash{};
  if (!derive(password, parameters, hash)) throw std::runtime_error("OpenSSL offers no scrypt");
  PasswordHash out;
  out.encoded_ = "scrypt$" + std::to_string(parameters.n) + '$' + std::to_string(parameters.r) + '$' +
                 std::to_string(parameters.p) + '$' + base::to_base64(parameters.salt) + '$' + base::to_base64(hash);
  return out;
}

base::Result<PasswordHash> PasswordHash::from_encoded(std::string encoded) {
  if (!decode(encoded)) return base::fail("store.password-hash", "A stored password hash is not in scrypt form.");
  PasswordHash out;
  out.encoded_ = std::move(encoded);
  return out;
}

bool PasswordHash::matches(std::string_view password) const {
  const auto parameters = decode(encoded_);
  std::array<std::uint8_t, hash_octets> hash{};
  if (!parameters || !derive(password, *parameters, hash)) return false;
  return base::equal_constant_time(hash, parameters->hash);
}

}  // namespace cadenas::store
