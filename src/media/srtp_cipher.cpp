#include "media/srtp_cipher.hpp"

#include <algorithm>
#include <stdexcept>

#include "media/key_derivation.hpp"

namespace cadenas::media {
namespace {

base::SecretBytes session_key(const SrtpParams& params, KeyLabel label, std::size_t octets) {
  const SuiteFacts& suite = facts(params.suite);
  if (params.keying.size() != suite.keying()) throw std::logic_error("SRTP keying of the wrong length");
  return derive_key(params.keying.view().first(suite.key), params.keying.view().subspan(suite.key), label, octets);
}

KeyLabel label_for(Protocol protocol, KeyLabel rtp_label) {
  return protocol == Protocol::rtp ? rtp_label : static_cast<KeyLabel>(static_cast<std::uint8_t>(rtp_label) + 3);
}

}  // namespace

SrtpCipher::SrtpCipher(const SrtpParams& params, Protocol protocol)
    : tag_octets_(protocol == Protocol::rtp ? facts(params.suite).rtp_tag : facts(params.suite).rtcp_tag),
      aes_(session_key(params, label_for(protocol, KeyLabel::rtp_encryption), facts(params.suite).key).view()),
      hmac_(
          session_key(params, label_for(protocol, KeyLabel::rtp_authentication), facts(params.suite).auth_key).view()) {
  const base::SecretBytes salt = session_key(params, label_for(protocol, KeyLabel::rtp_salt), facts(params.suite).salt);
  std::ranges::copy(salt.view(), salt_.begin());
}

bool SrtpCipher::apply_keystream(std::uint32_t ssrc, std::uint64_t index, std::span<std::uint8_t> payload) {
  AesCounter::Counter iv = salt_;
  for (int i = 0; i < 4; ++i) iv[4 + i] ^= static_cast<std::uint8_t>(ssrc >> (24 - 8 * i));
  for (int i = 0; i < 6; ++i) iv[8 + i] ^= static_cast<std::uint8_t>(index >> (40 - 8 * i));
  return aes_.apply(iv, payload);
}

}  // namespace cadenas::media
