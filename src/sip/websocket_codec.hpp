#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sip/message.hpp"
#include "sip/stream_codec.hpp"
#include "sip/websocket_frame.hpp"

namespace cadenas::sip {

/// The server's end of a WebSocket (RFC 6455) in which every message is one SIP message (RFC 7118 §5): the HTTP
/// request, then frames. Text and binary are the same to it; a message of one frame is unmasked where it was received,
/// the fragments of others are joined. A message of CRLFs only is a keep-alive (RFC 7118 §6, RFC 5626 §3.5.1).
class WebSocketCodec final : public StreamCodec {
 public:
  /// A message, all its fragments together, has at most `limits.message_octets`.
  explicit WebSocketCodec(ParseLimits limits = {}) : limits_(limits) {}

  std::optional<Event> next() override;
  bool is_idle() const override { return buffer_.size() == 0 && !unfinished_; }
  void release_if_idle() override;
  /// A frame of text, or of binary data where the message is no UTF-8: a peer must refuse such text (RFC 6455 §8.1).
  std::string_view outgoing(std::string_view message, std::string& room) const override;
  std::string farewell(bool at_fault) override;

  /// Octets of memory held for this connection.
  std::size_t held() const { return buffer_.held() + joined_.capacity(); }

 private:
  enum class Phase : std::uint8_t { upgrade, open, ended };

  std::optional<Event> upgrade();
  std::optional<Event> frame();
  std::optional<Event> take_data(const WebSocketFrameHead& head, std::span<char> payload);
  Event take_message(WebSocketOpcode opcode, std::span<char> octets);
  Event take_close(std::string_view payload);
  Event refuse(WebSocketStatus status, base::Error error);

  ParseLimits limits_;
  std::vector<char> joined_;                   // the fragments so far, or the last message that had fragments
  std::optional<WebSocketOpcode> unfinished_;  // the message whose last fragment has not come
  std::size_t scanned_ = 0;                    // octets of the HTTP request before which it does not end
  Phase phase_ = Phase::upgrade;
};

}  // namespace cadenas::sip
