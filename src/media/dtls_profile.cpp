#include "media/dtls_profile.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <openssl/srtp.h>

namespace cadenas::media {
namespace {

struct Profile {
  Suite suite;
  unsigned long number;
  std::string_view name;
};
constexpr std::array kProfiles{
    Profile{Suite::aead_aes_256_gcm, SRTP_AEAD_AES_256_GCM, "SRTP_AEAD_AES_256_GCM"},
    Profile{Suite::aead_aes_128_gcm, SRTP_AEAD_AES_128_GCM, "SRTP_AEAD_AES_128_GCM"},
    Profile{Suite::aes_cm_128_hmac_sha1_80, SRTP_AES128_CM_SHA1_80, "SRTP_AES128_CM_SHA1_80"},
    Profile{Suite::aes_cm_128_hmac_sha1_32, SRTP_AES128_CM_SHA1_32, "SRTP_AES128_CM_SHA1_32"},
};
constexpr auto kSuites = [] {
  std::array<Suite, kProfiles.size()> suites{};
  std::ranges::transform(kProfiles, suites.begin(), &Profile::suite);
  return suites;
}();

}  // namespace

std::span<const Suite> dtls_suites() {
  return kSuites;
}

std::optional<Suite> suite_from_profile(unsigned long number) {
  const auto found = std::ranges::find(kProfiles, number, &Profile::number);
  return found == kProfiles.end() ? std::nullopt : std::optional(found->suite);
}

std::string profile_list(std::span<const Suite> suites) {
  std::string out;
  for (const Suite suite : suites) {
    const auto found = std::ranges::find(kProfiles, suite, &Profile::suite);
    if (found == kProfiles.end()) continue;
    if (!out.empty()) out += ':';
    out += found->name;
  }
  return out;
}

}  // namespace cadenas::media
