#pragma once

#include <boost/container/small_vector.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "sip/method.hpp"

namespace cadenas::sip {

/// Header fields the stack itself understands; every other one is `other` and kept under its own name.
enum class HeaderId : std::uint8_t {
  other,
  accept,
  alert_info,
  allow,
  allow_events,
  authorization,
  authentication_info,
  call_id,
  call_info,
  contact,
  content_disposition,
  content_encoding,
  content_length,
  content_type,
  cseq,
  date,
  error_info,
  event,
  expires,
  from,
  max_forwards,
  min_expires,
  min_se,
  p_asserted_identity,
  path,
  privacy,
  proxy_authenticate,
  proxy_authorization,
  proxy_require,
  rack,
  reason,
  record_route,
  referred_by,
  refer_to,
  replaces,
  require,
  retry_after,
  route,
  rseq,
  server,
  session_expires,
  subject,
  subscription_state,
  supported,
  to,
  unsupported,
  user_agent,
  via,
  warning,
  www_authenticate,
};

/// One header field as it stood, compact name expanded into `id`, folding turned into spaces, value trimmed.
struct HeaderField {
  HeaderId id = HeaderId::other;
  std::string_view name;
  std::string_view value;
};

/// Bounds on what is accepted (configuration; RFC 3261 sets none). Exceeding one is an Error, never a truncation.
struct ParseLimits {
  std::size_t message_octets = 65535;
  std::size_t body_octets = 32768;
  std::size_t header_fields = 128;
};

/// A request or response parsed in place: views on the octets it was parsed from, valid as long as those.
///
/// Parsing checks what every consumer relies on (RFC 3261 §8.1.1, §20): start line, one each of To, From, Call-ID and
/// CSeq, at least one Via, well-formed values of these and of Max-Forwards and Content-Length, CSeq method equal to
/// the request's. All else is parsed when asked for.
class MessageView {
 public:
  /// `octets` is one whole datagram, or exactly one framed message of a stream; it is modified (folding becomes
  /// spaces). A datagram may be longer than Content-Length says: the rest is ignored (RFC 3261 §18.3).
  /// Errors "sip.too-large", "sip.incomplete", "sip.start-line", "sip.version", "sip.header", "sip.missing",
  /// "sip.repeated", "sip.content-length", "sip.cseq-method" and those of the headers' own parsers, with the offending
  /// header in `field`. Where a request's Via can still be read, `partial` (if given) receives what else was found, to
  /// answer it (status_for); its other views may be empty or malformed, and no ACK is among them.
  static base::Result<MessageView> parse(std::span<char> octets, const ParseLimits& limits = {},
                                         std::optional<MessageView>* partial = nullptr);

  bool is_request() const { return status_ == 0; }
  Method method() const { return method_; }  ///< of the request, or of the CSeq of a response
  std::string_view method_name() const { return method_name_; }
  std::string_view request_uri() const { return request_uri_; }
  int status() const { return status_; }  ///< 100…699, 0 for a request
  std::string_view reason() const { return reason_; }

  std::span<const HeaderField> headers() const { return {headers_.data(), headers_.size()}; }
  /// The first field of that kind, or nullptr.
  const HeaderField* find(HeaderId id) const;
  /// The first field of that name (case-insensitive), for those without an id.
  const HeaderField* find(std::string_view name) const;
  /// Value of the first field of that kind, empty if there is none.
  std::string_view value(HeaderId id) const;
  /// True if a comma-separated token list of that kind (Supported, Require, Allow…) holds `token`, in any field.
  bool lists(HeaderId id, std::string_view token) const;

  std::string_view body() const { return body_; }
  std::string_view call_id() const { return call_id_; }
  std::uint32_t cseq() const { return cseq_; }
  std::string_view from_tag() const { return from_tag_; }            ///< empty if none
  std::string_view to_tag() const { return to_tag_; }                ///< empty if none
  std::string_view branch() const { return branch_; }                ///< of the top Via; empty if none
  std::string_view sent_by() const { return sent_by_; }              ///< host[:port] of the top Via
  std::string_view via_transport() const { return via_transport_; }  ///< of the top Via, as it stood
  std::optional<std::uint32_t> max_forwards() const { return max_forwards_; }

 private:
  friend class MessageParser;
  friend class Message;

  Method method_ = Method::unknown;
  int status_ = 0;
  std::uint32_t cseq_ = 0;
  std::optional<std::uint32_t> max_forwards_;
  std::string_view octets_;  // what the views look at: the message without what surrounds it
  std::string_view method_name_, request_uri_, reason_, body_, call_id_, from_tag_, to_tag_, branch_, sent_by_,
      via_transport_;
  boost::container::small_vector<HeaderField, 24> headers_;
};

/// A message that owns its octets: what a transaction, a dialog or a test keeps. Immutable, movable.
class Message {
 public:
  static base::Result<Message> parse(std::string octets, const ParseLimits& limits = {});
  /// A copy of what `view` looks at (its octets are copied, the views moved over to the copy).
  explicit Message(const MessageView& view);
  Message(Message&&) noexcept = default;
  Message& operator=(Message&&) noexcept = default;

  const MessageView& operator*() const { return view_; }
  const MessageView* operator->() const { return &view_; }
  const MessageView& view() const { return view_; }

 private:
  Message() = default;
  std::unique_ptr<char[]> octets_;  // a heap block: its address survives a move
  std::size_t size_ = 0;
  MessageView view_;
};

}  // namespace cadenas::sip
