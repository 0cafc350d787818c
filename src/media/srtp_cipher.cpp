#include "media/srtp_cipher.hpp"

#include <stdexcept>

#include "media/key_derivation.hpp"

namespace cadenas::media {

SrtpCipher::Transform SrtpCipher::make(const SrtpParams& params, Protocol protocol) {
  const SuiteFacts& suite = facts(params.suite);
  if (params.keying.size() != suite.keying()) throw std::logic_error("SRTP keying of the wrong length");
  const auto session_key = [&](KeyLabel rtp_label, std::size_t octets) {
    const auto label = static_cast<std::uint8_t>(rtp_label) + (protocol == Protocol::rtp ? 0 : 3);
    return derive_key(params.keying.view().first(suite.key), params.keying.view().subspan(suite.key),
                      static_cast<KeyLabel>(label), octets);
  };
  const base::SecretBytes key = session_key(KeyLabel::rtp_encryption, suite.key);
  const base::SecretBytes salt = session_key(KeyLabel::rtp_salt, suite.salt);
  if (suite.is_aead()) return GcmTransform(key.view(), salt.view());
  return CounterTransform(key.view(), session_key(KeyLabel::rtp_authentication, suite.auth_key).view(), salt.view());
}

SrtpCipher::SrtpCipher(const SrtpParams& params, Protocol protocol) : transform_(make(params, protocol)) {}

}  // namespace cadenas::media
