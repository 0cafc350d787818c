#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "sip/grammar.hpp"

namespace cadenas::sip {

enum class UriScheme : std::uint8_t { sip, sips, tel, other };
enum class HostKind : std::uint8_t { none, domain, ipv4, ipv6 };

/// A URI as a view on the text it was parsed from (RFC 3261 §19.1, RFC 3966 for tel).
///
/// sip and sips are taken apart and checked by the grammar, with one leniency: an unescaped "#" in the user part, which
/// phones send in feature codes. tel gives its number in `user` and its parameters. Any other scheme is only checked
/// for characters and kept in `opaque`.
struct Uri {
  UriScheme scheme = UriScheme::other;
  HostKind host_kind = HostKind::none;
  std::optional<std::uint16_t> port;
  std::string_view text;         ///< the whole URI as it stood
  std::string_view scheme_name;  ///< as it stood, without ":"
  std::string_view user;         ///< still escaped; empty if none
  std::string_view password;     ///< still escaped; empty if none
  std::string_view host;         ///< an IPv6 reference without its brackets
  std::string_view params;       ///< from the first ";" on, empty if none
  std::string_view headers;      ///< after "?", empty if none
  std::string_view opaque;       ///< what follows ":" in a scheme that is neither sip nor sips

  /// Errors "uri.empty", "uri.scheme", "uri.user", "uri.host", "uri.port", "uri.params", "uri.headers", "uri.escape",
  /// "uri.character".
  static base::Result<Uri> parse(std::string_view text);
  /// The same without the cost of an Error: nullptr, or what is wrong.
  static const grammar::Fault* read(std::string_view text, Uri& out);

  bool is_sip() const { return scheme == UriScheme::sip || scheme == UriScheme::sips; }
  /// Value of the first parameter of that name (case-insensitive, still escaped), empty for one without value.
  std::optional<std::string_view> param(std::string_view name) const;
  bool has_param(std::string_view name) const { return param(name).has_value(); }
  /// Value of the first header of that name (case-insensitive, still escaped), e.g. Replaces in a Refer-To.
  std::optional<std::string_view> header(std::string_view name) const;
  /// The user part with %-escapes resolved; may hold any octet, NUL included.
  std::string unescaped_user() const;
  /// The port, or 5061 for sips and for transport=tls, else 5060.
  std::uint16_t port_or_default() const;
};

/// RFC 3261 §19.1.4 for sip and sips; equal text (scheme without case) for the others, tel numbers without their visual
/// separators (RFC 3966 §4).
bool equivalent(const Uri& a, const Uri& b);

/// A host as it stands in a URI or a Via, an IPv6 address in brackets: its kind, and its text without brackets.
/// False if it is none of a domain name, an IPv4 and an IPv6 address.
bool read_host(std::string_view text, HostKind& kind, std::string_view& bare);

/// Resolves %-escapes; an escape that is not two hex digits stays as it is.
std::string unescape(std::string_view text);
/// Escapes every octet a user part may not hold as it is (RFC 3261 §25.1 user).
std::string escape_user(std::string_view text);
/// Escapes every octet a header value within a URI may not hold as it is (RFC 3261 §25.1 hvalue).
std::string escape_header(std::string_view text);

}  // namespace cadenas::sip
