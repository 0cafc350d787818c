#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "pki/key.hpp"
#include "pki/token_uri.hpp"

namespace cadenas::pki {

// Keys that live in a PKCS#11 token and never leave it: a smart card, an HSM, SoftHSM. What is handed out is a
// PrivateKey like any other that signs by asking the token, and keeps module and session open as long as it lives. One
// thread at a time. No PIN is ever in an Error.
//
// Errors of both: "token.module-not-found" (no library there, or none of PKCS#11), "token.not-found" (no such token in
// it), "token.several" (more than one), "token.pin-wrong", "token.pin-locked", "token.refused" (all else the token says
// no to).

/// The private key that `uri` names. Errors: also "token.key-not-found", "token.key-several".
base::Result<PrivateKey> open_token_key(const TokenUri& uri, const base::SecretBytes& pin);

/// Makes an RSA key of 3072 bits in the token under the label and id of `uri` (a label is needed). Errors: also
/// "token.key-exists".
base::Result<PrivateKey> generate_token_key(const TokenUri& uri, const base::SecretBytes& pin);

}  // namespace cadenas::pki
