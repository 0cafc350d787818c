#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/endpoint.hpp"
#include "base/error.hpp"
#include "sip/message.hpp"
#include "sip/params.hpp"

namespace cadenas::sip {

/// One via-parm (RFC 3261 §20.42).
struct Via {
  std::string_view text;       ///< this via-parm as it stood
  std::string_view protocol;   ///< "SIP"
  std::string_view version;    ///< "2.0"
  std::string_view transport;  ///< as it stood; any token
  std::string_view sent_by;    ///< host[:port] as it stood, an IPv6 host with its brackets
  std::string_view host;       ///< an IPv6 host without its brackets
  std::optional<std::uint16_t> port;
  Params params;

  /// One via-parm. Error "sip.via", "sip.params".
  static base::Result<Via> parse(std::string_view text);
  /// The first via-parm of a comma-separated list; `list` is moved on behind it and its comma.
  static base::Result<Via> parse_front(std::string_view& list);

  /// The via-parm at `at`, which is moved on to the end or to the "," behind it. Nullptr, or what is wrong.
  static const grammar::Fault* read(std::string_view list, std::size_t& at, Via& out);

  std::string_view branch() const { return params.find("branch").value_or(std::string_view{}); }
  /// The branch carries the magic cookie and something behind it, so it identifies the transaction (§8.1.1.7).
  bool has_rfc3261_branch() const;
  std::optional<std::string_view> received() const { return params.find("received"); }
  /// The client asks for symmetric response routing (RFC 3581 §3).
  bool asks_rport() const { return params.has("rport"); }
  /// Value of "rport" as a server noted it.
  std::optional<std::uint16_t> rport() const;
};

/// Every Via of the message, top first.
base::Result<std::vector<Via>> vias(const MessageView& message);

/// The value of the request's first Via field as responses carry it: "received" with the source address if sent-by's
/// host is another or rport was asked for, "rport" with the source port if asked for (RFC 3261 §18.2.1, RFC 3581 §4).
/// What the request claimed for either is replaced. Hand it to MessageWriter::response as `top_via`.
std::string noted_top_via(const MessageView& request, const base::Endpoint& source);

}  // namespace cadenas::sip
