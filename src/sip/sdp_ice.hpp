#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/endpoint.hpp"
#include "base/error.hpp"
#include "sip/sdp.hpp"

namespace cadenas::sip {

/// The priority of a candidate (RFC 8445 §5.1.2.1). `type_preference` is 0…126 (126 for a host), `local_preference`
/// 0…65535 (65535 where there is one address only), `component` 1…256 (1 for RTP).
constexpr std::uint32_t ice_priority(std::uint32_t type_preference, std::uint32_t local_preference,
                                     std::uint32_t component) {
  return (type_preference << 24) + (local_preference << 8) + (256 - component);
}

/// Where an agent may be reached: a=candidate (RFC 8839 §5.1).
struct IceCandidate {
  std::string foundation;        ///< 1…32 ice-chars (letters, digits, "+", "/")
  std::uint32_t component = 1;   ///< 1…256
  std::string transport;         ///< "UDP"; compared without regard to case
  std::uint32_t priority = 1;    ///< 1…2³¹ − 1
  std::string address;           ///< a literal, or a name: browsers hide a host's address behind one in .local
  std::uint16_t port = 0;        ///< 0…65535
  std::string type;              ///< "host", "srflx", "prflx", "relay", or another token
  std::string related_address;   ///< raddr, with `related_port`; empty: not given
  std::uint16_t related_port{};  ///< rport

  /// What follows "a=candidate:". Extensions behind the known fields are passed over. Error "sdp.candidate".
  static base::Result<IceCandidate> parse(std::string_view value);
  /// The value, without extensions.
  std::string to_string() const;
  /// Where it is; nothing for a name, which nobody here looks up (RFC 8839 §5.1 has such a candidate ignored).
  std::optional<base::Endpoint> endpoint() const;

  friend bool operator==(const IceCandidate&, const IceCandidate&) = default;
};

/// The short-term credential that connectivity checks are made with (RFC 8839 §5.4). Movable only, the password is
/// wiped when it goes.
struct IceCredentials {
  std::string ufrag;           ///< 4…256 ice-chars
  base::SecretBytes password;  ///< 22…256 ice-chars

  IceCredentials clone() const { return {ufrag, password.clone()}; }
  friend bool operator==(const IceCredentials& x, const IceCredentials& y) {
    return x.ufrag == y.ufrag && base::equal_constant_time(x.password.view(), y.password.view());
  }
};

/// What a description says of ICE for one m= section: its own words, else those of the session (RFC 8839 §5).
struct IceDescription {
  /// Nothing where one of the two is missing, or is not as RFC 8839 §5.4 has it.
  std::optional<IceCredentials> credentials;
  bool is_lite = false;                  ///< a=ice-lite, of the session only
  std::vector<std::string> options;      ///< a=ice-options ("trickle", "ice2" …)
  std::vector<IceCandidate> candidates;  ///< those that can be read, names too
  std::size_t malformed = 0;             ///< candidates that cannot
  bool is_complete = false;              ///< a=end-of-candidates (RFC 8840)
};
/// Whether it says anything of ICE at all: a=ice-ufrag or a=ice-pwd, well-formed or not.
bool speaks_of_ice(const Sdp& sdp, const SdpMedia& section);
IceDescription ice_of(const Sdp& sdp, const SdpMedia& section);

/// Appends a=ice-ufrag and a=ice-pwd.
void add_ice_credentials(SdpSection& section, const IceCredentials& credentials);

}  // namespace cadenas::sip
