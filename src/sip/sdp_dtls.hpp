#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "sip/sdp.hpp"

namespace cadenas::sip {

/// a=fingerprint (RFC 8122 §5): the hash of the certificate that is shown in the handshake.
struct SdpFingerprint {
  std::string hash;   ///< lower case: "sha-256"
  base::Bytes value;  ///< 1…64 octets

  /// What follows "a=fingerprint:". Any hash function that is named, in any case; pairs of hex digits in either case,
  /// with colons between them. Error "sdp.fingerprint".
  static base::Result<SdpFingerprint> parse(std::string_view value);
  /// The value, in upper case as the RFC has it.
  std::string to_string() const;

  friend bool operator==(const SdpFingerprint&, const SdpFingerprint&) = default;
};

/// a=setup (RFC 4145 §4): who begins the handshake.
enum class SetupRole : std::uint8_t { active, passive, actpass, holdconn };
std::string_view to_string(SetupRole role);
std::optional<SetupRole> parse_setup(std::string_view value);

/// What a description says of DTLS for one m= section: its own words, else those of the session (RFC 8122 §5,
/// RFC 4145 §4, RFC 8842 §4).
struct DtlsDescription {
  std::vector<SdpFingerprint> fingerprints;  ///< those that can be read
  std::size_t malformed = 0;                 ///< those that cannot
  std::optional<SetupRole> setup;            ///< nothing too where it is no word of the RFC
  std::string tls_id;                        ///< empty: not given
};
DtlsDescription dtls_of(const Sdp& sdp, const SdpMedia& section);

}  // namespace cadenas::sip
