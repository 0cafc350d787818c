#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "sip/message.hpp"
#include "sip/method.hpp"

namespace cadenas::sip {

/// Writes one message into one string, header by header, in the order they are added.
class MessageWriter {
 public:
  static MessageWriter request(std::string_view method, std::string_view request_uri);
  static MessageWriter request(Method method, std::string_view request_uri);
  /// A response to `request` (RFC 3261 §8.2.6): Via (all, the top one with received/rport as already noted in
  /// `top_via`, or as it stood if that is empty), From, To (with `to_tag` added if the request had none and it is not
  /// empty), Call-ID, CSeq, and for 100…199 and 2xx to dialog-forming methods Record-Route. `reason` empty: the
  /// standard phrase.
  static MessageWriter response(const MessageView& request, int status, std::string_view to_tag = {},
                                std::string_view reason = {}, std::string_view top_via = {});

  /// A CR or LF in the value becomes a space: no value can end its own line.
  MessageWriter& add(std::string_view name, std::string_view value) &;
  MessageWriter& add(std::string_view name, std::uint64_t value) &;
  MessageWriter&& add(std::string_view name, std::string_view value) && { return std::move(add(name, value)); }
  MessageWriter&& add(std::string_view name, std::uint64_t value) && { return std::move(add(name, value)); }
  /// Ends the message with Content-Length 0.
  std::string finish() &&;
  /// Ends the message with Content-Type, Content-Length and the body.
  std::string finish(std::string_view content_type, std::string_view body) &&;

 private:
  explicit MessageWriter(std::string start) : text_(std::move(start)) {}
  std::string text_;
};

/// The standard reason phrase of a status, "Unknown" for one not registered.
std::string_view reason_phrase(int status);

}  // namespace cadenas::sip
