#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/endpoint.hpp"
#include "base/timers.hpp"
#include "sip/flow.hpp"
#include "sip/flow_user.hpp"
#include "sip/transport_counters.hpp"
#include "sip/transport_limits.hpp"

namespace cadenas::base {
class Loop;
}
namespace cadenas::pki {
class TlsClientContext;
class TlsServerContext;
}  // namespace cadenas::pki

namespace cadenas::sip {

class Listener;
class StreamConnection;
class UdpSocket;

/// How to reach a TLS server; unused for UDP and TCP.
struct ConnectOptions {
  std::shared_ptr<const pki::TlsClientContext> tls;
  std::string server_name;  ///< as TlsClientContext::new_session takes it
};

/// The sockets of one loop (RFC 3261 §18, RFC 7118): UDP, TCP, TLS and WSS, each with SO_REUSEPORT so that every loop
/// listens on the same address and a 4-tuple always reaches the same loop. All members on that loop (or before it
/// runs), but `counters`. SIGPIPE is set to ignored for the process: OpenSSL writes to sockets with write(2).
class TransportLayer final : public FlowSender {
 public:
  /// `loop` and `user` must outlive the layer.
  TransportLayer(base::Loop& loop, FlowUser& user, TransportLimits limits = {});
  /// Closes everything; on_flow_closed is not called any more. On the loop, or when it no longer runs.
  ~TransportLayer() override;
  TransportLayer(const TransportLayer&) = delete;
  TransportLayer& operator=(const TransportLayer&) = delete;

  /// Listens and returns the address with the port the system chose for port 0. `tls` for TLS and WSS only. Several
  /// addresses per transport are allowed. Errors: "transport.listen" (the system's reason follows),
  /// "transport.wildcard" (UDP needs a concrete address: answers must leave from where the request arrived),
  /// "transport.no-certificate".
  base::Result<base::Endpoint> listen(Transport transport, const base::Endpoint& local,
                                      std::shared_ptr<pki::TlsServerContext> tls = nullptr);
  /// Stops listening on every address of that transport. Connections stay unless `drop_connections`; UDP flows end.
  void stop_listening(Transport transport, bool drop_connections = false);

  base::Result<void> send(const Flow& flow, std::string_view message) override;

  using Connected = std::function<void(base::Result<Flow>)>;
  /// Opens a connection (for UDP: finds the socket to send from) and reports the flow or an error once, never within
  /// the call. Errors: "connect.failed" (WSS always: browsers connect to us), "connect.timeout", "connect.tls", those
  /// of pki::refusal_code where the server's certificate was refused ("tls.server-revoked", …), "connect.limit",
  /// "connect.no-socket" (UDP: no listener of that address family).
  void connect(Transport transport, const base::Endpoint& remote, const ConnectOptions& options, Connected connected);

  /// Ends a connection: what is queued is still tried once, TLS says close_notify. Nothing for UDP or a closed flow.
  void close(const Flow& flow, CloseReason reason = CloseReason::by_us);

  /// TCP, TLS and WSS connections, those in handshake included.
  std::size_t connections() const { return connections_.size(); }
  /// Every connection that is up. `fn` may close the flow it is given, not others.
  void for_each_connection(const std::function<void(const Flow&)>& fn) const;
  const TransportCounters& counters() const { return counters_; }
  const TransportLimits& limits() const { return limits_; }
  base::Loop& loop() { return loop_; }

 private:
  friend class Listener;
  friend class StreamConnection;
  friend class UdpSocket;

  void accepted(int descriptor, Transport transport, pki::TlsServerContext* tls);
  bool admit(const base::Endpoint& remote, bool handshake);
  void handshake_ended();
  void forget(StreamConnection& connection, CloseReason reason);
  void add(const std::shared_ptr<StreamConnection>& connection);
  void sweep();
  void arm_sweep();

  base::Loop& loop_;
  FlowUser& user_;
  TransportLimits limits_;
  TransportCounters counters_;
  std::vector<std::shared_ptr<UdpSocket>> udp_;
  std::vector<std::shared_ptr<Listener>> listeners_;
  std::unordered_map<std::uint64_t, std::shared_ptr<StreamConnection>> connections_;
  std::unordered_map<base::Endpoint, std::size_t> per_source_;
  std::size_t handshakes_ = 0;
  base::Timers::Id sweep_timer_ = 0;
  std::shared_ptr<bool> alive_;  // posted work looks whether the layer still is
};

}  // namespace cadenas::sip
