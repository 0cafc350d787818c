#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "sip/grammar.hpp"
#include "sip/message.hpp"
#include "sip/params.hpp"

namespace cadenas::sip {

/// Decimal digits only, 0…2³²−1 (delta-seconds, Max-Forwards, Expires); leading zeros allowed, white space around too.
/// Error "sip.number".
base::Result<std::uint32_t> parse_uint32(std::string_view text);

/// CSeq (RFC 3261 §20.16): a number below 2³¹ and a method token. Error "sip.cseq".
struct CSeq {
  std::uint32_t number = 0;
  std::string_view method;
  static base::Result<CSeq> parse(std::string_view value);
  /// The same without the cost of an Error: nullptr, or what is wrong.
  static const grammar::Fault* read(std::string_view value, CSeq& out);
};

/// RAck (RFC 3262 §7.2): "776656 1 INVITE". Error "sip.rack".
struct RAck {
  std::uint32_t rseq = 0;
  std::uint32_t cseq = 0;
  std::string_view method;
  static base::Result<RAck> parse(std::string_view value);
};

enum class Refresher : std::uint8_t { unset, uac, uas };

/// Session-Expires and Min-SE (RFC 4028 §4, §5). Error "sip.session-expires".
struct SessionExpires {
  std::uint32_t seconds = 0;
  Refresher refresher = Refresher::unset;
  static base::Result<SessionExpires> parse(std::string_view value);
  std::string to_string() const;
};

/// Replaces (RFC 3891 §6.1), as a header value; from a URI header, `unescape` it first. Error "sip.replaces".
struct Replaces {
  std::string_view call_id;
  std::string_view to_tag;
  std::string_view from_tag;
  bool early_only = false;
  static base::Result<Replaces> parse(std::string_view value);
};

/// Retry-After (RFC 3261 §20.33). Error "sip.retry-after".
struct RetryAfter {
  std::uint32_t seconds = 0;
  std::optional<std::uint32_t> duration;
  static base::Result<RetryAfter> parse(std::string_view value);
};

/// Event (RFC 6665 §8.2.1): package and the id that tells subscriptions apart. Error "sip.event".
struct EventValue {
  std::string_view package;
  std::string_view id;  ///< empty if none
  static base::Result<EventValue> parse(std::string_view value);
};

/// Subscription-State (RFC 6665 §8.2.3). Error "sip.subscription-state".
struct SubscriptionState {
  std::string_view state;  ///< active, pending, terminated, or an extension
  std::string_view reason;
  std::optional<std::uint32_t> expires;
  static base::Result<SubscriptionState> parse(std::string_view value);
};

/// Content-Type (RFC 3261 §20.15). Error "sip.content-type".
struct MediaType {
  std::string_view type;
  std::string_view subtype;
  Params params;
  static base::Result<MediaType> parse(std::string_view value);
  /// Case-insensitive, e.g. is("application", "sdp").
  bool is(std::string_view wanted_type, std::string_view wanted_subtype) const;
};

/// The elements of every field of that kind (Accept, Supported…), in order and as they stand; empty ones are passed
/// over. A comma within a quoted string does not separate.
std::vector<std::string_view> list_elements(const MessageView& message, HeaderId id);
/// Those elements that are tokens: Supported, Require, Allow.
std::vector<std::string_view> tokens(const MessageView& message, HeaderId id);
/// True if the Accept fields admit that media type, the closest range deciding and q=0 refusing (RFC 2616 §14.1);
/// without any, only application/sdp is (RFC 3261 §20.1).
bool accepts(const MessageView& message, std::string_view type, std::string_view subtype);

}  // namespace cadenas::sip
