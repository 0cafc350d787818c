#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "media/suite.hpp"
#include "sip/sdp.hpp"

namespace cadenas::pbx {

/// A key one end sends with. Never printed; shared, since call and media board hold the same value.
struct SdesKey {
  media::Suite suite{};
  base::SecretBytes key_salt;  ///< master key, then master salt
  base::Bytes mki{};           ///< a peer's key: stands in each of its packets; empty for none, as in all keys of ours
};
using SharedKey = std::shared_ptr<const SdesKey>;

/// Which suites SDES may agree on. AEAD suites are taken from whoever offers them but not offered unless asked for:
/// each line makes the offer longer, and old phones stumble over long ones.
struct SdesSuites {
  std::vector<media::Suite> offered{media::Suite::aes_256_cm_hmac_sha1_80, media::Suite::aes_cm_128_hmac_sha1_80,
                                    media::Suite::aes_cm_128_hmac_sha1_32};  ///< the preferred first
  std::vector<media::Suite> accepted = every_suite();  ///< in no order: the offerer's counts (RFC 4568 §5.1.2)

  static std::vector<media::Suite> every_suite();
};

/// A fresh random key for `suite`.
SharedKey make_key(media::Suite suite);

/// One a=crypto we wrote or answer with.
struct OwnCrypto {
  std::uint32_t tag = 0;
  std::string spelling;  ///< of the suite, as it goes on the wire
  SharedKey key;
};

/// Fresh keys, one for each suite, in that order of preference, tags from 1. Neither lifetime nor MKI is written:
/// some call servers refuse a call for either (DOMAIN §3.1).
std::vector<OwnCrypto> make_offered_cryptos(std::span<const media::Suite> preference);
sip::CryptoAttribute to_attribute(const OwnCrypto& crypto);

/// Keys both ways.
struct AgreedCrypto {
  OwnCrypto own;   ///< tag and spelling are the offer's
  SharedKey peer;  ///< what the peer sends with
};

/// Answers the crypto lines of an offer: the first, in the offerer's order, whose suite is in `accepted` and whose
/// session parameters take nothing away (RFC 4568 §5.1.2; UNENCRYPTED_SRTP, UNENCRYPTED_SRTCP and UNAUTHENTICATED_SRTP
/// are refused). A lifetime and an MKI are accepted; a line of several keys is passed over for the next one, since the
/// MKI of each packet would choose among them (RFC 4568 §6.1). Our key is `keep` where it has that suite, else a fresh
/// one. Nothing if no line will do.
std::optional<AgreedCrypto> answer_cryptos(const sip::SdpMedia& offer, std::span<const media::Suite> accepted,
                                           const SharedKey& keep = nullptr);

/// The answer to cryptos we offered: exactly one, with a tag and suite we offered (RFC 4568 §5.1.3). Errors
/// "call.answer-without-crypto", "call.answer-crypto" (several, an unknown tag, another suite, refused parameters).
base::Result<AgreedCrypto> match_answered_crypto(const sip::SdpMedia& answer, std::span<const OwnCrypto> offered);

}  // namespace cadenas::pbx
