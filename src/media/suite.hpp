#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace cadenas::media {

/// Which of the two protocols a key, a packet or a port is for.
enum class Protocol : std::uint8_t { rtp, rtcp };

/// An SRTP crypto suite of RFC 4568 §6.2, RFC 6188 §4 or RFC 7714 §14.1; the number fits an atomic octet of the
/// counters. RFC 6188's AES-192 is left out: most libsrtp in use derive its keys wrongly, so no two phones agree on
/// it.
enum class Suite : std::uint8_t {
  aes_cm_128_hmac_sha1_80,
  aes_cm_128_hmac_sha1_32,
  aes_256_cm_hmac_sha1_80,
  aes_256_cm_hmac_sha1_32,
  aead_aes_128_gcm,
  aead_aes_256_gcm,
};

/// What a suite prescribes. All lengths in octets.
struct SuiteFacts {
  Suite suite;
  std::string_view sdp_name;    ///< as the RFC spells it; this is what we offer
  std::string_view draft_name;  ///< an older spelling that peers still print, empty if none; accepted on read
  std::size_t key;              ///< master key, and the session cipher key
  std::size_t salt;             ///< master salt, and the session salt
  std::size_t auth_key;         ///< session authentication key; 0 with an AEAD, which has none
  std::size_t rtp_tag;
  std::size_t rtcp_tag;  ///< the _32 suites keep ten octets for SRTCP (RFC 4568 §6.2.2)

  /// Length of the `inline:` value once decoded: master key, then master salt (RFC 4568 §6.1).
  constexpr std::size_t keying() const { return key + salt; }
  /// Encrypts and authenticates in one (RFC 7714).
  constexpr bool is_aead() const { return auth_key == 0; }
  constexpr std::size_t tag(Protocol protocol) const { return protocol == Protocol::rtp ? rtp_tag : rtcp_tag; }
};

const SuiteFacts& facts(Suite suite);
/// Every suite, the strongest first.
std::span<const SuiteFacts> all_suites();
/// Reads both spellings, case-sensitive as RFC 4568 §9.1 tokens are. Nothing for a suite we do not have: the caller
/// goes on to the next crypto line. Answer with the spelling that was offered.
std::optional<Suite> suite_from_sdp(std::string_view name);

}  // namespace cadenas::media
