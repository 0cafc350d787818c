#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "sip/auth_header.hpp"

namespace cadenas::sip {

/// H(user ":" realm ":" password), hex: what a registrar stores in place of the password (RFC 7616 §3.4.2). A secret.
std::string digest_ha1(DigestAlgorithm algorithm, std::string_view user, std::string_view realm,
                       std::string_view password);

/// The response value, hex (RFC 7616 §3.4.1), from what `credentials` says (nonce, uri, qop, nc, cnonce) and the
/// request's method. Without qop it is the RFC 2069 form.
std::string digest_response(const DigestCredentials& credentials, std::string_view ha1, std::string_view method);

/// True if the response is right for `ha1` and `method`; compared in constant time. Nonce, realm, nonce count and URI
/// are the caller's to judge. `ha1` is a hex text of the credentials' algorithm.
bool digest_verify(const DigestCredentials& credentials, std::string_view ha1, std::string_view method);

/// The value of an Authorization or Proxy-Authorization that answers `challenge` (client side). Error
/// "digest.unsupported" when the challenge offers qop, but not "auth". `cnonce` empty: a random one.
base::Result<std::string> digest_answer(const DigestChallenge& challenge, std::string_view user,
                                        std::string_view password, std::string_view method, std::string_view uri,
                                        std::uint32_t nonce_count = 1, std::string_view cnonce = {});

}  // namespace cadenas::sip
