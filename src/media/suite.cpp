#include "media/suite.hpp"

#include <algorithm>
#include <array>

namespace cadenas::media {
namespace {

constexpr std::array kSuites{
    SuiteFacts{Suite::aead_aes_256_gcm, "AEAD_AES_256_GCM", "", 32, 12, 0, 16, 16},
    SuiteFacts{Suite::aes_256_cm_hmac_sha1_80, "AES_256_CM_HMAC_SHA1_80", "AES_CM_256_HMAC_SHA1_80", 32, 14, 20, 10,
               10},
    SuiteFacts{Suite::aead_aes_128_gcm, "AEAD_AES_128_GCM", "", 16, 12, 0, 16, 16},
    SuiteFacts{Suite::aes_cm_128_hmac_sha1_80, "AES_CM_128_HMAC_SHA1_80", "", 16, 14, 20, 10, 10},
    SuiteFacts{Suite::aes_256_cm_hmac_sha1_32, "AES_256_CM_HMAC_SHA1_32", "AES_CM_256_HMAC_SHA1_32", 32, 14, 20, 4, 10},
    SuiteFacts{Suite::aes_cm_128_hmac_sha1_32, "AES_CM_128_HMAC_SHA1_32", "", 16, 14, 20, 4, 10},
};

}  // namespace

const SuiteFacts& facts(Suite suite) {
  return *std::ranges::find(kSuites, suite, &SuiteFacts::suite);
}

std::span<const SuiteFacts> all_suites() {
  return kSuites;
}

std::optional<Suite> suite_from_sdp(std::string_view name) {
  if (name.empty()) return std::nullopt;
  for (const SuiteFacts& known : kSuites) {
    if (name == known.sdp_name || name == known.draft_name) return known.suite;
  }
  return std::nullopt;
}

}  // namespace cadenas::media
