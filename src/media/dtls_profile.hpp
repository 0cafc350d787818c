#pragma once

#include <optional>
#include <span>
#include <string>

#include "media/suite.hpp"

namespace cadenas::media {

/// The suites that have a protection profile of DTLS-SRTP (RFC 5764 §4.1.2, RFC 7714 §14.2), the strongest first.
/// AES-256 in counter mode has none.
std::span<const Suite> dtls_suites();
inline bool has_dtls_profile(Suite suite) {
  for (const Suite known : dtls_suites()) {
    if (known == suite) return true;
  }
  return false;
}
/// By the number of the profile in the use_srtp extension. Nothing for one we do not have.
std::optional<Suite> suite_from_profile(unsigned long number);
/// What OpenSSL calls the profiles, in this order, with colons between them; suites without a profile are left out.
std::string profile_list(std::span<const Suite> suites);

}  // namespace cadenas::media
