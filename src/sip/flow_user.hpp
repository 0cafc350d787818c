#pragma once

#include <cstdint>
#include <string_view>

#include "base/error.hpp"
#include "pki/peer_refusal.hpp"
#include "sip/flow.hpp"
#include "sip/message.hpp"

namespace cadenas::sip {

/// Why a TCP, TLS or WSS connection ended.
enum class CloseReason : std::uint8_t {
  by_peer,         ///< end of stream, close_notify or a WebSocket's close
  by_us,           ///< TransportLayer::close
  io_error,        ///< reset, broken pipe
  tls_failure,     ///< the handshake failed, or the record layer broke
  handshake_late,  ///< TransportLimits::handshake_timeout
  silent,          ///< TransportLimits::first_message_timeout
  idle,            ///< TransportLimits::idle_timeout
  stalled,         ///< a message begun and not ended within TransportLimits::message_timeout
  bad_input,       ///< what it sent cannot be cut into messages or is no SIP
  send_queue,      ///< the peer does not read: TransportLimits::send_queue_octets
  overload,        ///< refused when it was accepted: a limit on connections was reached
  shutdown,        ///< stop_listening with `drop`, or the layer ends
  revoked,         ///< the audit: the peer's certificate, or one it rests on, has been revoked since (CERT-7)
};
constexpr std::size_t close_reasons = 13;
std::string_view to_string(CloseReason reason);

/// What the transport layer hands its messages to. Called on the loop of the layer, one call at a time.
class FlowUser {
 public:
  virtual ~FlowUser() = default;
  /// `message` views the receive buffer: copy what must outlive the call. Sending and closing within it is allowed.
  virtual void on_message(const Flow& flow, const MessageView& message) = 0;
  /// What came could not be parsed. `status` is the answer that may be sent (400, 413, 505), 0 if none may; `partial`
  /// is set exactly when there is enough to answer or to tell what it was.
  virtual void on_bad_message(const Flow& flow, const base::Error& error, int status, const MessageView* partial) = 0;
  /// A connection that `on_message` or `connect` had shown is gone. Never called within a call into the layer.
  virtual void on_flow_closed(const Flow& flow, CloseReason reason) = 0;
  /// A TLS client's handshake failed because of its certificate (MODE-3); the flow was never shown. Not for sending.
  virtual void on_peer_refused(const Flow& flow, const pki::RefusedPeer& refused) {
    (void)flow;
    (void)refused;
  }
};

/// The way out: the transport layer, or a fake in a test.
class FlowSender {
 public:
  virtual ~FlowSender() = default;
  /// Sends one message by the flow, on the flow's loop. Errors: "flow.closed" (the connection is gone),
  /// "flow.congested" (the queue towards the peer is full), "flow.send" (the system refused, e.g. no route).
  virtual base::Result<void> send(const Flow& flow, std::string_view message) = 0;
};

}  // namespace cadenas::sip
