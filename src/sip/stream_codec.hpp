#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "sip/stream_buffer.hpp"

namespace cadenas::sip {

/// How the octets of one connection become SIP messages, and messages octets: Framer for TCP and TLS, WebSocketCodec
/// for WSS. No I/O and no clock.
///
///   auto room = codec.prepare(4096);         // read from the socket into it
///   codec.commit(octets_read);
///   while (auto event = codec.next()) { … }  // its octets are valid until the next call of next() or prepare()
///
/// Holds no buffer while nothing is pending, so an idle connection costs nothing here.
class StreamCodec {
 public:
  enum class Kind : std::uint8_t {
    message,  ///< `octets` is exactly one message, for MessageView::parse
    opened,   ///< the peer may send messages from now on; only where that has to be agreed first
    ping,     ///< a keep-alive to be answered with `reply`
    pong,     ///< a keep-alive that wants no answer
    error,    ///< nothing more can be read: send `reply`; answer `status` if it is not 0 and `octets` allow it; close
    ended,    ///< the peer ends the connection: send `reply`, close
  };
  struct Event {
    Kind kind = Kind::message;
    std::span<char> octets{};  ///< of an error: the SIP header section as far as it was received
    int status = 0;            ///< of an error: 400 or 413, or 0 where no SIP request can be answered
    base::Error error{};       ///< of an error: "sip.frame.…", "websocket.…"
    std::string reply{};       ///< to be sent as it is, before anything else
  };

  virtual ~StreamCodec() = default;

  /// Room for at least `octets` more octets behind those pending. Invalidates the octets of all events.
  std::span<char> prepare(std::size_t octets) { return buffer_.prepare(octets); }
  /// The first `octets` of the room hold received data.
  void commit(std::size_t octets) { buffer_.commit(octets); }
  /// What comes next, in order; nothing if more octets are needed, or after an error or the end.
  virtual std::optional<Event> next() = 0;

  /// Nothing has come of what has not been given out.
  virtual bool is_idle() const { return buffer_.size() == 0; }
  /// Gives buffers back if it is idle.
  virtual void release_if_idle() { buffer_.release_if_empty(); }

  /// The octets that carry one message to the peer; `room` may be used to make them, and must live as long.
  virtual std::string_view outgoing(std::string_view message, std::string& room) const = 0;
  /// What the peer is told before we close, once; `at_fault`: because of what it sent. Empty where nothing is said.
  virtual std::string farewell(bool at_fault) = 0;

 protected:
  StreamBuffer buffer_;
};

}  // namespace cadenas::sip
