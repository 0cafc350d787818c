#pragma once

#include <string>

#include "base/endpoint.hpp"

namespace cadenas::bench {

/// The raw limits the figures stand beside. Each serves until it is killed.

/// Answers each UDP datagram with a fixed 200 whose Via, From, To, Call-ID and CSeq are copied by a plain line scan:
/// recvmmsg, no check, no state. What no registrar can be faster than.
[[noreturn]] void serve_bare_udp(const base::Endpoint& at);

/// Accepts TLS, does OpenSSL's own full handshake, closes; one thread, blocking. What a TLS server costs at least.
[[noreturn]] void serve_bare_tls(const base::Endpoint& at, const std::string& certificate, const std::string& key);

}  // namespace cadenas::bench
