#include "sip/transport_layer.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>

#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.hpp"
#include "base/loop.hpp"
#include "pki/tls_context.hpp"
#include "sip/listener.hpp"
#include "sip/stream_connection.hpp"
#include "sip/udp_socket.hpp"

namespace cadenas::sip {
namespace {

constexpr int listen_backlog = 4096;

std::uint64_t next_connection() {
  static std::atomic<std::uint64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

/// Closes the descriptor unless it was handed on.
class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return value_; }
  int release() { return std::exchange(value_, -1); }

 private:
  int value_;
};

int family_of(const base::Endpoint& endpoint) {
  return endpoint.is_v6() ? AF_INET6 : AF_INET;
}

template <int (*Name)(int, sockaddr*, socklen_t*)>
base::Endpoint name_of(int descriptor) {
  sockaddr_in6 storage{};
  socklen_t size = sizeof storage;
  auto* address = reinterpret_cast<sockaddr*>(&storage);
  return Name(descriptor, address, &size) == 0 ? base::Endpoint::from(address) : base::Endpoint{};
}

int socket_name(int descriptor, sockaddr* address, socklen_t* size) {
  return getsockname(descriptor, address, size);
}
int peer_name(int descriptor, sockaddr* address, socklen_t* size) {
  return getpeername(descriptor, address, size);
}

void set_option(int descriptor, int level, int option, int value) {
  setsockopt(descriptor, level, option, &value, sizeof value);
}

void tune_stream(int descriptor) {
  set_option(descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
  // A phone that vanished is noticed within half a minute of sending to it, in place of a quarter of an hour.
  set_option(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, 30'000);
}

bool is_wildcard(const base::Endpoint& endpoint) {
  const std::string address = endpoint.address();
  return address == "0.0.0.0" || address == "::";
}

}  // namespace

std::string_view to_string(CloseReason reason) {
  switch (reason) {
    case CloseReason::by_peer:
      return "by_peer";
    case CloseReason::by_us:
      return "by_us";
    case CloseReason::io_error:
      return "io_error";
    case CloseReason::tls_failure:
      return "tls_failure";
    case CloseReason::handshake_late:
      return "handshake_late";
    case CloseReason::silent:
      return "silent";
    case CloseReason::idle:
      return "idle";
    case CloseReason::stalled:
      return "stalled";
    case CloseReason::bad_input:
      return "bad_input";
    case CloseReason::send_queue:
      return "send_queue";
    case CloseReason::overload:
      return "overload";
    case CloseReason::shutdown:
      return "shutdown";
    case CloseReason::revoked:
      return "revoked";
  }
  return "unknown";
}

TransportLayer::TransportLayer(base::Loop& loop, FlowUser& user, TransportLimits limits)
    : loop_(loop), user_(user), limits_(limits), alive_(std::make_shared<bool>(true)) {
  std::signal(SIGPIPE, SIG_IGN);
}

TransportLayer::~TransportLayer() {
  loop_.cancel(sweep_timer_);
  for (const auto& socket : udp_) socket->close();
  for (const auto& listener : listeners_) listener->close();
  for (const auto& [id, connection] : connections_) connection->abandon();
}

base::Result<base::Endpoint> TransportLayer::listen(Transport transport, const base::Endpoint& local,
                                                    std::shared_ptr<pki::TlsServerContext> tls) {
  if (is_secure(transport) && tls == nullptr) {
    return base::fail("transport.no-certificate",
                      std::string(to_string(transport)) + " needs a certificate to listen with.");
  }
  if (transport == Transport::udp && is_wildcard(local)) {
    return base::fail("transport.wildcard", "UDP needs a concrete address to listen on, not " + local.address() + ".",
                      "address");
  }
  const auto failed = [&] {
    return base::fail("transport.listen",
                      "Could not listen on " + local.to_string() + " (" + std::string(to_string(transport)) +
                          "): " + std::strerror(errno) + ".",
                      "address");
  };
  const int type = transport == Transport::udp ? SOCK_DGRAM : SOCK_STREAM;
  Descriptor descriptor(socket(family_of(local), type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (descriptor.get() < 0) return failed();
  set_option(descriptor.get(), SOL_SOCKET, SO_REUSEPORT, 1);
  if (local.is_v6()) set_option(descriptor.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1);
  if (transport == Transport::udp) {
    // Bursts (a site that re-registers) wait in the kernel in place of being lost.
    set_option(descriptor.get(), SOL_SOCKET, SO_RCVBUF, 4 << 20);
    set_option(descriptor.get(), SOL_SOCKET, SO_SNDBUF, 1 << 20);
  } else {
    set_option(descriptor.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  }
  if (bind(descriptor.get(), local.data(), local.size()) != 0) return failed();
  if (transport != Transport::udp && ::listen(descriptor.get(), listen_backlog) != 0) return failed();
  const base::Endpoint bound = name_of<socket_name>(descriptor.get());
  if (transport == Transport::udp) {
    udp_.push_back(std::make_shared<UdpSocket>(*this, descriptor.release(), bound));
    udp_.back()->start();
  } else {
    listeners_.push_back(std::make_shared<Listener>(*this, transport, descriptor.release(), std::move(tls)));
    listeners_.back()->start();
  }
  return bound;
}

void TransportLayer::stop_listening(Transport transport, bool drop_connections) {
  if (transport == Transport::udp) {
    for (const auto& socket : udp_) socket->close();
    udp_.clear();
    return;
  }
  std::erase_if(listeners_, [transport](const std::shared_ptr<Listener>& listener) {
    if (listener->transport() != transport) return false;
    listener->close();
    return true;
  });
  if (!drop_connections) return;
  const auto connections = connections_;
  for (const auto& [id, connection] : connections) {
    if (connection->flow().transport == transport) connection->close(CloseReason::shutdown);
  }
}

base::Result<void> TransportLayer::send(const Flow& flow, std::string_view message) {
  base::Result<void> sent = base::fail("flow.closed", "The flow to " + flow.remote.to_string() + " is closed.");
  if (flow.transport == Transport::udp) {
    for (const auto& socket : udp_) {
      if (!(socket->local() == flow.local)) continue;
      sent = socket->send(flow.remote, message);
      break;
    }
  } else if (const auto found = connections_.find(flow.connection); found != connections_.end()) {
    const auto connection = found->second;
    sent = connection->send(message);
  }
  if (sent) counters_.messages_out.add();
  return sent;
}

void TransportLayer::connect(Transport transport, const base::Endpoint& remote, const ConnectOptions& options,
                             Connected connected) {
  const auto fail_later = [&](std::string code, std::string message) {
    loop_.post([connected, error = base::Error{std::move(code), std::move(message), {}}] {
      connected(tl::unexpected<base::Error>(error));
    });
  };
  if (transport == Transport::wss) return fail_later("connect.failed", "A browser is not dialled: it connects to us.");
  Flow flow;
  flow.loop = loop_.index();
  flow.transport = transport;
  flow.remote = remote;
  if (transport == Transport::udp) {
    for (const auto& socket : udp_) {
      if (socket->local().is_v6() != remote.is_v6()) continue;
      flow.local = socket->local();
      return loop_.post([connected, flow] { connected(flow); });
    }
    return fail_later("connect.no-socket", "No UDP socket listens that could reach " + remote.to_string() + ".");
  }
  if (connections_.size() >= limits_.connections) {
    return fail_later("connect.limit", "The limit on connections is reached.");
  }
  pki::SslHandle ssl;
  if (transport == Transport::tls) {
    if (options.tls == nullptr) return fail_later("connect.tls", "TLS needs a client context.");
    auto session = options.tls->new_session(options.server_name);
    if (!session) return fail_later("connect.tls", session.error().message);
    ssl = std::move(*session);
  }
  Descriptor descriptor(socket(family_of(remote), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (descriptor.get() < 0 ||
      (::connect(descriptor.get(), remote.data(), remote.size()) != 0 && errno != EINPROGRESS)) {
    return fail_later("connect.failed",
                      "Could not connect to " + remote.to_string() + ": " + std::strerror(errno) + ".");
  }
  tune_stream(descriptor.get());
  flow.connection = next_connection();
  add(std::make_shared<StreamConnection>(*this, flow, descriptor.release(), std::move(ssl), std::move(connected)));
}

void TransportLayer::close(const Flow& flow, CloseReason reason) {
  const auto found = connections_.find(flow.connection);
  if (found == connections_.end()) return;
  const auto connection = found->second;
  connection->close(reason);
}

void TransportLayer::for_each_connection(const std::function<void(const Flow&)>& fn) const {
  const auto connections = connections_;
  for (const auto& [id, connection] : connections) {
    if (connection->is_up()) fn(connection->flow());
  }
}

bool TransportLayer::admit(const base::Endpoint& remote, bool handshake) {
  if (connections_.size() >= limits_.connections) return false;
  if (handshake && handshakes_ >= limits_.handshakes) return false;
  const auto source = per_source_.find(remote.host_only());
  return source == per_source_.end() || source->second < limits_.connections_per_source;
}

void TransportLayer::accepted(int accepted, Transport transport, pki::TlsServerContext* tls) {
  Descriptor descriptor(accepted);
  Flow flow;
  flow.loop = loop_.index();
  flow.transport = transport;
  flow.remote = name_of<peer_name>(accepted);
  flow.local = name_of<socket_name>(accepted);
  if (!flow.remote.is_set()) return;  // gone already
  counters_.accepted.add();
  if (!admit(flow.remote, tls != nullptr)) {
    counters_.refused.add();
    return counters_.closed[static_cast<std::size_t>(CloseReason::overload)].add();
  }
  pki::SslHandle ssl;
  if (tls != nullptr) {
    auto session = tls->new_session();
    if (!session) {
      base::log::error("transport.tls-session", {{"code", session.error().code}, {"what", session.error().message}});
      return counters_.closed[static_cast<std::size_t>(CloseReason::tls_failure)].add();
    }
    ssl = std::move(*session);
    ++handshakes_;
  }
  tune_stream(accepted);
  flow.connection = next_connection();
  add(std::make_shared<StreamConnection>(*this, flow, descriptor.release(), std::move(ssl)));
}

void TransportLayer::add(const std::shared_ptr<StreamConnection>& connection) {
  ++per_source_[connection->flow().remote.host_only()];
  connections_.emplace(connection->flow().connection, connection);
  arm_sweep();
  connection->start();
}

void TransportLayer::handshake_ended() {
  --handshakes_;
}

void TransportLayer::forget(StreamConnection& connection, CloseReason reason) {
  const Flow& flow = connection.flow();
  counters_.closed[static_cast<std::size_t>(reason)].add();
  if (const auto source = per_source_.find(flow.remote.host_only());
      source != per_source_.end() && --source->second == 0) {
    per_source_.erase(source);
  }
  connections_.erase(flow.connection);
  if (!connection.is_shown()) return;
  loop_.post([this, alive = std::weak_ptr<bool>(alive_), flow, reason] {
    if (!alive.expired()) user_.on_flow_closed(flow, reason);
  });
}

void TransportLayer::arm_sweep() {
  if (sweep_timer_ != 0) return;
  sweep_timer_ = loop_.after(limits_.sweep_interval, [this] {
    sweep_timer_ = 0;
    sweep();
    if (!connections_.empty()) arm_sweep();
  });
}

void TransportLayer::sweep() {
  const auto now = loop_.clock().steady();
  std::vector<std::pair<std::shared_ptr<StreamConnection>, CloseReason>> over;
  for (const auto& [id, connection] : connections_) {
    CloseReason reason{};
    if (connection->overdue(now, reason)) over.emplace_back(connection, reason);
  }
  for (const auto& [connection, reason] : over) connection->close(reason);
}

}  // namespace cadenas::sip
