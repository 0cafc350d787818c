#include "pbx/sdes.hpp"

#include <algorithm>
#include <utility>

namespace cadenas::pbx {

namespace {

// Only what leaves the protection whole: a hint on the window, key derivation at the default rate, the default order
// of FEC, and extensions marked as optional (RFC 4568 §6.3).
bool harmless(const std::string& parameter) {
  return parameter.starts_with('-') || parameter.starts_with("WSH=") || parameter == "KDR=0" ||
         parameter == "FEC_ORDER=FEC_SRTP";
}

// As it stands in a packet: a number of that many octets (RFC 4568 §6.1).
base::Bytes mki_octets(std::uint64_t value, std::size_t octets) {
  base::Bytes out(octets);
  for (auto octet = out.rbegin(); octet != out.rend(); ++octet, value >>= 8) *octet = static_cast<std::uint8_t>(value);
  return out;
}

SharedKey peer_key(const sip::CryptoAttribute& crypto) {
  const auto suite = media::suite_from_sdp(crypto.suite_name);
  if (!suite || crypto.keys.size() != 1) return nullptr;
  const sip::KeyParam& param = crypto.keys.front();
  if (param.key_salt.size() != media::facts(*suite).keying()) return nullptr;
  if (!std::all_of(crypto.session_params.begin(), crypto.session_params.end(), harmless)) return nullptr;
  auto key = std::make_shared<SdesKey>();
  key->suite = *suite;
  key->key_salt = param.key_salt.clone();
  if (param.mki) key->mki = mki_octets(*param.mki, param.mki_octets);
  return key;
}

}  // namespace

std::vector<media::Suite> SdesSuites::every_suite() {
  std::vector<media::Suite> out;
  for (const media::SuiteFacts& suite : media::all_suites()) out.push_back(suite.suite);
  return out;
}

SharedKey make_key(media::Suite suite) {
  auto key = std::make_shared<SdesKey>();
  key->suite = suite;
  key->key_salt = base::SecretBytes::random(media::facts(suite).keying());
  return key;
}

std::vector<OwnCrypto> make_offered_cryptos(std::span<const media::Suite> preference) {
  std::vector<OwnCrypto> out;
  for (const media::Suite suite : preference) {
    out.push_back(
        {static_cast<std::uint32_t>(out.size() + 1), std::string(media::facts(suite).sdp_name), make_key(suite)});
  }
  return out;
}

sip::CryptoAttribute to_attribute(const OwnCrypto& crypto) {
  sip::CryptoAttribute attribute;
  attribute.tag = crypto.tag;
  attribute.suite_name = crypto.spelling;
  sip::KeyParam param;
  param.key_salt = crypto.key->key_salt.clone();
  attribute.keys.push_back(std::move(param));
  return attribute;
}

std::optional<AgreedCrypto> answer_cryptos(const sip::SdpMedia& offer, std::span<const media::Suite> accepted,
                                           const SharedKey& keep) {
  for (const sip::CryptoAttribute& crypto : offer.cryptos()) {
    auto peer = peer_key(crypto);
    if (!peer || std::find(accepted.begin(), accepted.end(), peer->suite) == accepted.end()) continue;
    auto own = keep && keep->suite == peer->suite ? keep : make_key(peer->suite);
    return AgreedCrypto{{crypto.tag, crypto.suite_name, std::move(own)}, std::move(peer)};
  }
  return std::nullopt;
}

base::Result<AgreedCrypto> match_answered_crypto(const sip::SdpMedia& answer, std::span<const OwnCrypto> offered) {
  std::size_t malformed = 0;
  const auto cryptos = answer.cryptos(&malformed);
  if (cryptos.empty() && malformed == 0) {
    return base::fail("call.answer-without-crypto", "The answer to an encrypted offer holds no key.", "crypto");
  }
  if (cryptos.size() != 1 || malformed != 0) {
    return base::fail("call.answer-crypto", "An answer must hold exactly one key (RFC 4568 5.1.3).", "crypto");
  }
  const auto ours = std::find_if(offered.begin(), offered.end(),
                                 [&](const OwnCrypto& crypto) { return crypto.tag == cryptos.front().tag; });
  auto peer = peer_key(cryptos.front());
  if (ours == offered.end() || !peer || peer->suite != ours->key->suite) {
    return base::fail("call.answer-crypto", "The answered key is not one of those offered, or takes protection away.",
                      "crypto");
  }
  return AgreedCrypto{*ours, std::move(peer)};
}

}  // namespace cadenas::pbx
