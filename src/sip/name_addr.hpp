#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "sip/message.hpp"
#include "sip/params.hpp"
#include "sip/uri.hpp"

namespace cadenas::sip {

/// name-addr or addr-spec with header parameters (RFC 3261 §20.10): From, To, Contact, Route, Record-Route, Refer-To,
/// Referred-By, P-Asserted-Identity. Without "<>" what follows ";" belongs to the header and "?" is an error (§20.10).
struct NameAddr {
  std::string_view display_name;  ///< without its quotes, quoted-pairs unresolved; empty if none
  Uri uri;
  Params params;
  bool bracketed = false;  ///< the URI stood in "<>"

  /// One whole value. Errors "sip.name-addr", "sip.params" and those of Uri::parse.
  static base::Result<NameAddr> parse(std::string_view value);
  /// One value at the front of a comma-separated list; `list` is moved on behind it and its comma.
  static base::Result<NameAddr> parse_front(std::string_view& list);

  /// The value at `at`, which is moved on to the end or to the "," behind it. Nullptr, or what is wrong.
  static const grammar::Fault* read(std::string_view list, std::size_t& at, NameAddr& out);

  std::optional<std::string_view> param(std::string_view name) const { return params.find(name); }
  std::string_view tag() const { return param("tag").value_or(std::string_view{}); }
  /// Seconds of ";expires="; nothing if absent or malformed (RFC 3261 §10.2.1.1: treat as the default).
  std::optional<std::uint32_t> expires() const;
  /// ";q=" in thousandths, 0…1000; nothing if absent or malformed.
  std::optional<unsigned> q() const;
  /// The display name with quoted-pairs resolved.
  std::string display_text() const;
};

/// The entries of one header value; at least one.
base::Result<std::vector<NameAddr>> parse_name_addrs(std::string_view value);
/// The entries of every field of that kind, in order; none if the message has no such field. The error names it.
base::Result<std::vector<NameAddr>> name_addrs(const MessageView& message, HeaderId id);

/// All Contact fields of a message (RFC 3261 §10.2.2).
struct Contacts {
  bool star = false;  ///< "Contact: *", alone
  std::vector<NameAddr> entries;

  /// Error "sip.contact" also for "*" beside another value, and for a "*" with parameters.
  static base::Result<Contacts> of(const MessageView& message);
};

}  // namespace cadenas::sip
