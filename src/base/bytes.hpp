#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cadenas::base {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Lower-case hexadecimal, two digits an octet.
std::string to_hex(ByteView bytes);
/// Accepts both cases; nothing for an odd length or any other character.
std::optional<Bytes> from_hex(std::string_view text);

/// RFC 4648 §4 with padding.
std::string to_base64(ByteView bytes);
/// RFC 4648 §4; padding may be left out (SDES peers do, RFC 4568 §6.1 is ambiguous). Nothing for any other character,
/// misplaced padding, or non-zero trailing bits.
std::optional<Bytes> from_base64(std::string_view text);

/// Overwrites memory so that the compiler may not leave it out.
void secure_wipe(std::span<std::uint8_t> memory);
/// Equal content, in time that depends on the lengths only.
bool equal_constant_time(ByteView a, ByteView b);
/// Cryptographically strong random octets, of getrandom. Ends the process where there are none.
void fill_random(std::span<std::uint8_t> out);
/// `octets` random octets as lower-case hex: tags, branches, nonces, ids.
std::string random_hex(std::size_t octets);

/// Key material: movable, not copyable, wiped when it goes, and without any way to be printed.
class SecretBytes {
 public:
  SecretBytes() = default;
  explicit SecretBytes(Bytes bytes) : bytes_(std::move(bytes)) {}
  static SecretBytes copy_of(ByteView bytes) { return SecretBytes(Bytes(bytes.begin(), bytes.end())); }
  static SecretBytes random(std::size_t octets);
  ~SecretBytes() { secure_wipe(bytes_); }
  SecretBytes(SecretBytes&& other) noexcept : bytes_(std::move(other.bytes_)) { other.bytes_.clear(); }
  SecretBytes& operator=(SecretBytes&& other) noexcept;
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;

  SecretBytes clone() const { return copy_of(bytes_); }
  ByteView view() const { return bytes_; }
  std::size_t size() const { return bytes_.size(); }
  bool empty() const { return bytes_.empty(); }

 private:
  Bytes bytes_;
};

}  // namespace cadenas::base
