#pragma once

#include <memory>

#include <openssl/types.h>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/published.hpp"
#include "pki/certificate.hpp"

namespace cadenas::pki {

/// A "good" OCSP answer to show in handshakes for `leaf`, and for no other certificate, before `until` (RFC 6066 §8).
struct Staple {
  Certificate leaf;
  base::Bytes octets;
  base::WallTime until;
};

/// What new handshakes staple, null for nothing; replaced while running, read without a lock.
using LiveStaple = base::Published<Staple>;

/// Sessions of `context`, which shows `leaf`, staple what `staple` holds for it at that moment to clients that ask.
/// `clock` (null: the system's) outlives the context and its sessions. False when OpenSSL is out of memory.
bool staple_answers(SSL_CTX* context, Certificate leaf, std::shared_ptr<const LiveStaple> staple,
                    const base::Clock* clock);

}  // namespace cadenas::pki
