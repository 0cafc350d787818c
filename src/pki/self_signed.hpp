#pragma once

#include <chrono>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "pki/certificate.hpp"
#include "pki/certificate_draft.hpp"
#include "pki/identity.hpp"
#include "pki/key.hpp"
#include "pki/system_names.hpp"

namespace cadenas::pki {

using SelfSignedNames = SystemNames;

struct SelfSignedOptions {
  KeyAlgorithm key = KeyAlgorithm::rsa_2048;  ///< RSA by default: old phones know no ECDSA (CERT-3)
  SignatureHash hash = SignatureHash::sha256;
};

/// CERT-1.
inline constexpr std::chrono::days self_signed_lifetime{365};
/// A phone whose clock is behind must not find the certificate "not yet valid".
inline constexpr std::chrono::days self_signed_backdating{1};

/// A new key with a certificate it signed itself: CN = TEL address; SAN = every address both as iPAddress and, for
/// phones that compare text, as dNSName, then every host name; EKU serverAuth and clientAuth; CA:FALSE; valid from one
/// day before `now` until one year after it; a random 128-bit serial (CERT-1, CERT-3). Takes up to half a second for
/// RSA: not for a signalling thread. Errors: "cert.self-signed-failed" (CERT-12), with the offending name as field.
base::Result<Identity> make_self_signed(const SelfSignedNames& names, base::WallTime now,
                                        const SelfSignedOptions& options = {});

/// Whether `certificate` says all that `names` asks for and names no other address or host: false means it must be made
/// anew.
bool says_exactly(const Certificate& certificate, const SelfSignedNames& names);

/// Whether `certificate` is one of `make_self_signed`, told by its lifetime to the second and by what it says: one that
/// an administrator made by other means is not, and its key is not ours to destroy.
bool is_made_here(const Certificate& certificate);

}  // namespace cadenas::pki
