#include "base/bytes.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>

#include <sys/random.h>

namespace cadenas::base {

namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kBase64Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

constexpr std::array<std::int8_t, 256> base64_values() {
  std::array<std::int8_t, 256> table{};
  table.fill(-1);
  for (std::size_t i = 0; i < kBase64Digits.size(); ++i) {
    table[static_cast<unsigned char>(kBase64Digits[i])] = static_cast<std::int8_t>(i);
  }
  return table;
}
constexpr auto kBase64Values = base64_values();

void ask_kernel(std::span<std::uint8_t> out) {
  while (!out.empty()) {
    const ssize_t got = getrandom(out.data(), out.size(), 0);
    if (got < 0) {
      if (errno == EINTR) continue;
      // Without randomness no key, nonce or tag can be made: going on would be a lie about security.
      std::abort();
    }
    out = out.subspan(static_cast<std::size_t>(got));
  }
}

/// Randomness that the kernel gave one thread ahead: a call makes a dozen tags, branches and keys, and a system call
/// for each costs more than writing its message. What was taken is wiped here.
class RandomReserve {
 public:
  static constexpr std::size_t kLargest = 64;

  ~RandomReserve() { secure_wipe(octets_); }
  /// At most kLargest octets.
  void take(std::span<std::uint8_t> out) {
    if (left_ < out.size()) {
      ask_kernel(octets_);
      left_ = octets_.size();
    }
    const auto from = std::span(octets_).subspan(octets_.size() - left_, out.size());
    std::copy(from.begin(), from.end(), out.begin());
    secure_wipe(from);
    left_ -= out.size();
  }

 private:
  std::array<std::uint8_t, 512> octets_{};
  std::size_t left_ = 0;  // the last ones
};

}  // namespace

std::string to_hex(ByteView bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const auto octet : bytes) {
    out.push_back(kHexDigits[octet >> 4]);
    out.push_back(kHexDigits[octet & 0x0f]);
  }
  return out;
}

std::optional<Bytes> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  Bytes out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_value(text[i]);
    const int low = hex_value(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out.push_back(static_cast<std::uint8_t>(high << 4 | low));
  }
  return out;
}

std::string to_base64(ByteView bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t have = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j) group = group << 8 | (j < have ? bytes[i + j] : 0U);
    for (std::size_t j = 0; j < 4; ++j) {
      out.push_back(j <= have ? kBase64Digits[group >> (18 - 6 * j) & 0x3f] : '=');
    }
  }
  return out;
}

std::optional<Bytes> from_base64(std::string_view text) {
  std::size_t padding = 0;
  while (padding < 2 && !text.empty() && text.back() == '=') {
    text.remove_suffix(1);
    ++padding;
  }
  if (text.size() % 4 == 1) return std::nullopt;
  if (padding != 0 && (text.size() + padding) % 4 != 0) return std::nullopt;
  Bytes out;
  out.reserve(text.size() * 3 / 4);
  std::uint32_t group = 0;
  unsigned bits = 0;
  for (const char c : text) {
    const std::int8_t value = kBase64Values[static_cast<unsigned char>(c)];
    if (value < 0) return std::nullopt;
    group = group << 6 | static_cast<std::uint8_t>(value);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out.push_back(static_cast<std::uint8_t>(group >> bits));
      group &= (1U << bits) - 1;
    }
  }
  if (group != 0) return std::nullopt;
  return out;
}

void secure_wipe(std::span<std::uint8_t> memory) {
  volatile std::uint8_t* p = memory.data();
  for (std::size_t i = 0; i < memory.size(); ++i) p[i] = 0;
}

bool equal_constant_time(ByteView a, ByteView b) {
  if (a.size() != b.size()) return false;
  std::uint8_t difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) difference = static_cast<std::uint8_t>(difference | (a[i] ^ b[i]));
  return difference == 0;
}

void fill_random(std::span<std::uint8_t> out) {
  thread_local RandomReserve reserve;
  if (out.size() > RandomReserve::kLargest) return ask_kernel(out);
  reserve.take(out);
}

std::string random_hex(std::size_t octets) {
  Bytes bytes(octets);
  fill_random(bytes);
  return to_hex(bytes);
}

SecretBytes SecretBytes::random(std::size_t octets) {
  Bytes bytes(octets);
  fill_random(bytes);
  return SecretBytes(std::move(bytes));
}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
  if (this != &other) {
    secure_wipe(bytes_);
    bytes_ = std::move(other.bytes_);
    other.bytes_.clear();
  }
  return *this;
}

}  // namespace cadenas::base
