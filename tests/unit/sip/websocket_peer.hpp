#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <wslay/wslay.h>

namespace cadenas::sip::testing {

/// The request of RFC 6455 §1.2 for the subprotocol "sip", and what accepts it.
inline const std::string upgrade_request =
    "GET /chat HTTP/1.1\r\nHost: server.example.com\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: http://example.com\r\n"
    "Sec-WebSocket-Protocol: chat, sip\r\nSec-WebSocket-Version: 13\r\n\r\n";
inline const std::string upgrade_response =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: sip\r\n\r\n";

/// One end of a WebSocket that is open, in the hands of wslay, with nothing of ours between: octets in, octets out.
class WebSocketPeer {
 public:
  enum class Side { client, server };

  explicit WebSocketPeer(Side side, std::uint64_t largest_message = 65'535)
      : context_(nullptr, wslay_event_context_free) {
    wslay_event_callbacks callbacks{};
    callbacks.recv_callback = [](wslay_event_context_ptr context, std::uint8_t* into, std::size_t room, int,
                                 void* self) -> ssize_t {
      auto& in = static_cast<WebSocketPeer*>(self)->in_;
      const std::size_t size = std::min(in.size(), room);
      if (size == 0) wslay_event_set_error(context, WSLAY_ERR_WOULDBLOCK);
      std::memcpy(into, in.data(), size);
      in.erase(0, size);
      return size == 0 ? -1 : static_cast<ssize_t>(size);
    };
    callbacks.send_callback = [](wslay_event_context_ptr, const std::uint8_t* octets, std::size_t size, int,
                                 void* self) -> ssize_t {
      static_cast<WebSocketPeer*>(self)->out_.append(reinterpret_cast<const char*>(octets), size);
      return static_cast<ssize_t>(size);
    };
    callbacks.genmask_callback = [](wslay_event_context_ptr, std::uint8_t* into, std::size_t size, void*) {
      std::memcpy(into, "\xA5\x5A\x0F\xF0", size);
      return 0;
    };
    callbacks.on_msg_recv_callback = [](wslay_event_context_ptr, const wslay_event_on_msg_recv_arg* arg, void* self) {
      const std::string text(reinterpret_cast<const char*>(arg->msg), arg->msg_length);
      static_cast<WebSocketPeer*>(self)->received.push_back({arg->opcode, text, arg->status_code});
    };
    wslay_event_context_ptr made = nullptr;
    (side == Side::client ? wslay_event_context_client_init : wslay_event_context_server_init)(&made, &callbacks, this);
    context_.reset(made);
    wslay_event_config_set_max_recv_msg_length(made, largest_message);
  }

  /// The octets of one frame.
  std::string frame(std::uint8_t opcode, std::string_view payload) {
    const wslay_event_msg message{opcode, reinterpret_cast<const std::uint8_t*>(payload.data()), payload.size()};
    wslay_event_queue_msg(context_.get(), &message);
    return said();
  }
  std::string text(std::string_view payload) { return frame(WSLAY_TEXT_FRAME, payload); }
  std::string close(std::uint16_t status) {
    wslay_event_queue_close(context_.get(), status, nullptr, 0);
    return said();
  }
  /// What it says by itself: pongs and closes.
  std::string said() {
    wslay_event_send(context_.get());
    return std::exchange(out_, {});
  }
  void hear(std::string_view octets) {
    in_ += octets;
    wslay_event_recv(context_.get());
  }
  /// It takes nothing more: it was closed, or was sent what it must not take.
  bool is_deaf() const { return wslay_event_get_read_enabled(context_.get()) == 0; }

  struct Received {
    std::uint8_t opcode;
    std::string text;
    std::uint16_t status;  ///< of a close frame
  };
  std::deque<Received> received;

 private:
  std::unique_ptr<wslay_event_context, decltype(&wslay_event_context_free)> context_;
  std::string in_;
  std::string out_;
};

}  // namespace cadenas::sip::testing
