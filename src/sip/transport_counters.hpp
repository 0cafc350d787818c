#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "sip/flow_user.hpp"

namespace cadenas::sip {

/// A count with one writing thread and any number of readers.
class Counter {
 public:
  void add(std::uint64_t n = 1) { value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed); }
  std::uint64_t get() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// What one transport layer has seen since it began. Written on its loop, read from any thread.
struct TransportCounters {
  Counter messages_in;
  Counter messages_out;
  Counter keep_alives;                                      ///< CRLFs, empty datagrams, pings and pongs of WebSockets
  Counter bad_messages;                                     ///< answered or not
  Counter datagrams_lost;                                   ///< not sent: the queue was full or the system refused
  Counter accepted;                                         ///< TCP, TLS and WSS connections
  Counter tls_handshakes;                                   ///< finished, as server
  Counter refused;                                          ///< closed at once: a limit was reached
  std::array<Counter, close_reasons> closed;                ///< by CloseReason
  std::array<Counter, pki::peer_refusals> peers_refused;    ///< TLS clients refused for their certificate, by reason
  std::array<Counter, pki::peer_refusals> servers_refused;  ///< TLS servers we connected to, the same
};

}  // namespace cadenas::sip
