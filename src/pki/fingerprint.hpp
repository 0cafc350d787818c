#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cadenas::pki {

/// A fingerprint as people compare it: upper-case pairs with colons between them, eight pairs a group, groups apart by
/// a blank ("AB:CD:… 01:23:…"). `hex` is lower-case hex as in CertificateFacts.
std::string spell_fingerprint(std::string_view hex);

/// The lower-case hex of a fingerprint of SHA-256 or SHA-1 in any spelling: upper or lower case; colons, blanks, dashes
/// or nothing between the digits; with what `openssl x509 -fingerprint` and phones put before it ("sha256
/// Fingerprint=", "SHA1:", "SHA-256 "). Nothing for any other text.
std::optional<std::string> read_fingerprint(std::string_view text);

}  // namespace cadenas::pki
