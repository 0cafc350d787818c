#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace cadenas::sip {

enum class DigestAlgorithm : std::uint8_t { md5, sha256 };

/// "MD5", "SHA-256" (RFC 8760 §2).
std::string_view to_string(DigestAlgorithm algorithm);

/// A Digest challenge: WWW-Authenticate or Proxy-Authenticate (RFC 7616 §3.3). Owns its values, unescaped.
struct DigestChallenge {
  std::string realm;
  std::string nonce;
  std::string opaque;  ///< empty if none
  DigestAlgorithm algorithm = DigestAlgorithm::md5;
  bool stale = false;
  bool has_qop = false;   ///< qop was offered at all
  bool qop_auth = false;  ///< "auth" is among the offered

  /// Errors: "digest.scheme" (not Digest), "digest.syntax", "digest.repeated" (a parameter twice), "digest.missing"
  /// (realm, nonce), "digest.algorithm" (neither MD5 nor SHA-256).
  static base::Result<DigestChallenge> parse(std::string_view value);
  /// The header value, with qop="auth".
  std::string to_string() const;
};

/// Digest credentials: Authorization or Proxy-Authorization (RFC 7616 §3.4). Owns its values, unescaped.
struct DigestCredentials {
  std::string username;
  std::string realm;
  std::string nonce;
  std::string uri;
  std::string response;  ///< lower-case hex of the algorithm's length
  std::string cnonce;    ///< empty without qop
  std::string opaque;
  DigestAlgorithm algorithm = DigestAlgorithm::md5;
  bool qop_auth = false;
  std::uint32_t nonce_count = 0;  ///< 0 without qop
  std::string nonce_count_text;   ///< the eight digits as they stood: they are hashed

  /// Errors as DigestChallenge::parse; "digest.missing" for username, realm, nonce, uri, response, and with qop for nc
  /// and cnonce; "digest.qop" for a qop other than auth. Unknown parameters are passed over.
  static base::Result<DigestCredentials> parse(std::string_view value);
  std::string to_string() const;
};

}  // namespace cadenas::sip
