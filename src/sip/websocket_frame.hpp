#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace cadenas::sip {

/// RFC 6455 §5.2.
enum class WebSocketOpcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };
/// Close, ping and pong, which may stand between the fragments of a message (RFC 6455 §5.5).
constexpr bool is_control(WebSocketOpcode opcode) {
  return opcode >= WebSocketOpcode::close;
}

/// Why a WebSocket is closed (RFC 6455 §7.4.1), as far as we say it.
enum class WebSocketStatus : std::uint16_t {
  going_away = 1001,
  protocol_error = 1002,
  invalid_text = 1007,  ///< a text message or a reason that is no UTF-8
  policy = 1008,        ///< what was sent is no SIP
  too_big = 1009,
};

/// The head of one frame that a client sends, which masks it and uses no extension.
struct WebSocketFrameHead {
  bool final = false;
  WebSocketOpcode opcode = WebSocketOpcode::continuation;
  std::size_t octets = 0;  ///< of the head itself
  std::uint64_t payload_octets = 0;
  std::array<char, 4> mask{};

  /// The head that `received` begins with; nothing while more octets are needed to read it. Error "websocket.frame":
  /// it breaks RFC 6455 §5.
  static base::Result<std::optional<WebSocketFrameHead>> read(std::string_view received);

  /// Masks or unmasks a payload from its beginning (RFC 6455 §5.3).
  void apply_mask(std::span<char> payload) const;
};

/// One final frame as a server sends it, unmasked.
std::string websocket_frame(WebSocketOpcode opcode, std::string_view payload);
/// The close frame with that status.
std::string websocket_close(WebSocketStatus status);
/// Whether a peer may send this status in a close frame (RFC 6455 §7.4, and what IANA has registered since).
bool is_close_status(unsigned status);

}  // namespace cadenas::sip
