#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace cadenas::store {

/// H(user:realm:password) of Digest (RFC 7616 §3.4.2) as lower-case hex: worth as much as the password on this realm,
/// so it cannot be printed or logged by accident, and is wiped when it goes. Copyable, since snapshots share it.
class Ha1 {
 public:
  Ha1() = default;
  /// 32 or 64 lower-case hexadecimal digits. Error "store.ha1" (without the value).
  static base::Result<Ha1> from_hex(std::string_view hex);
  Ha1(const Ha1&) = default;
  Ha1& operator=(const Ha1&) = default;
  ~Ha1() { base::secure_wipe({reinterpret_cast<std::uint8_t*>(digits_.data()), digits_.size()}); }

  /// For the digest computation and the database only.
  std::string_view reveal_hex() const { return {digits_.data(), size_}; }
  bool empty() const { return size_ == 0; }
  friend bool operator==(const Ha1& a, const Ha1& b) {
    return base::equal_constant_time(base::as_bytes(a.reveal_hex()), base::as_bytes(b.reveal_hex()));
  }

 private:
  std::array<char, 64> digits_{};
  std::size_t size_ = 0;
};

/// What is kept of a subscription's password: both digests, never the password.
struct DigestCredentials {
  Ha1 md5;
  Ha1 sha256;
};

/// Both HA1 values of a password. `user` and `realm` hold no colon, by the rules of their own.
DigestCredentials digest_credentials(std::string_view user, std::string_view realm, std::string_view password);

}  // namespace cadenas::store
