#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "sip/flow.hpp"
#include "sip/flow_user.hpp"
#include "sip/stream_codec.hpp"
#include "sip/stream_socket.hpp"
#include "sip/transport_layer.hpp"

namespace cadenas::sip {

/// One TCP, TLS or WSS connection of a TransportLayer: handshake, messages in and out, its end. Kept small, since there
/// is one for each phone: no buffer while idle, no timer of its own. On the layer's loop only.
class StreamConnection : public std::enable_shared_from_this<StreamConnection> {
 public:
  /// `flow` is complete but for `tls`. `connected` is set for a connection we open, whose connect is under way.
  StreamConnection(TransportLayer& layer, Flow flow, int descriptor, pki::SslHandle ssl,
                   TransportLayer::Connected connected = nullptr);

  const Flow& flow() const { return flow_; }
  bool is_up() const { return phase_ == Phase::up; }
  bool in_handshake() const { return phase_ == Phase::handshake; }
  /// The user knows the flow, and is to hear of its end.
  bool is_shown() const { return shown_; }

  void start();
  /// Errors as FlowSender::send.
  base::Result<void> send(std::string_view message);
  void close(CloseReason reason);
  /// The time limit that is over at `now`, if any.
  bool overdue(base::SteadyTime now, CloseReason& reason) const;
  /// Closes without telling anybody: the layer ends.
  void abandon();

 private:
  enum class Phase : std::uint8_t { connecting, handshake, up, draining, closed };

  void wait_read();
  void wait_write();
  void ready();
  void finish_connect();
  void handshake();
  void tell_refusal();
  void opened();
  void receive();
  void deliver();
  void deliver_message(std::span<char> octets);
  void refuse_stream(const StreamCodec::Event& event);
  base::Result<void> write(std::string_view octets);
  void flush();
  void drain();
  void discard();
  void fail_connect(base::Error why);
  base::Error why_server_refused();

  TransportLayer& layer_;  // valid unless closed
  Flow flow_;
  StreamSocket socket_;
  std::unique_ptr<StreamCodec> codec_;
  std::string out_;
  TransportLayer::Connected connected_;
  base::SteadyTime since_;  // of the phase; in `up` of the last octet once SIP was heard
  base::SteadyTime message_since_ = base::SteadyTime::max();  // a message is incomplete since then
  Phase phase_;
  bool reading_ = false;  // a wait is under way
  bool writing_ = false;
  bool shown_ = false;
  bool heard_ = false;  // a whole message came
};

}  // namespace cadenas::sip
