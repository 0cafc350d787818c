#include "base/keyed_hash.hpp"

#include <bit>
#include <cstring>

#include "base/bytes.hpp"

namespace cadenas::base {
namespace {

struct SipState {
  std::uint64_t v0, v1, v2, v3;

  void round() {
    v0 += v1;
    v1 = std::rotl(v1, 13) ^ v0;
    v0 = std::rotl(v0, 32);
    v2 += v3;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 += v3;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 += v1;
    v1 = std::rotl(v1, 17) ^ v2;
    v2 = std::rotl(v2, 32);
  }
  void absorb(std::uint64_t word) {
    v3 ^= word;
    round();
    round();
    v0 ^= word;
  }
};

std::array<std::uint64_t, 2> random_key() {
  std::array<std::uint64_t, 2> key{};
  fill_random({reinterpret_cast<std::uint8_t*>(key.data()), sizeof key});
  return key;
}

}  // namespace

std::uint64_t sip_hash(std::array<std::uint64_t, 2> key, std::string_view data) {
  static_assert(std::endian::native == std::endian::little);
  SipState s{key[0] ^ 0x736f6d6570736575U, key[1] ^ 0x646f72616e646f6dU, key[0] ^ 0x6c7967656e657261U,
             key[1] ^ 0x7465646279746573U};
  const std::uint64_t size = data.size();
  for (; data.size() >= 8; data.remove_prefix(8)) {
    std::uint64_t word = 0;
    std::memcpy(&word, data.data(), 8);
    s.absorb(word);
  }
  std::uint64_t last = size << 56;
  for (std::size_t i = 0; i < data.size(); ++i) last |= std::uint64_t{static_cast<unsigned char>(data[i])} << (8 * i);
  s.absorb(last);
  s.v2 ^= 0xff;
  for (int i = 0; i < 4; ++i) s.round();
  return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

std::uint64_t keyed_hash(std::string_view data) {
  static const std::array<std::uint64_t, 2> key = random_key();
  return sip_hash(key, data);
}

}  // namespace cadenas::base
