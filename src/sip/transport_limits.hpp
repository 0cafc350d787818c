#pragma once

#include <cstddef>

#include "base/clock.hpp"
#include "sip/message.hpp"

namespace cadenas::sip {

/// Bounds on what peers may cost one loop (configuration). A limit reached is a counted refusal of the newcomer; nobody
/// else is disturbed.
struct TransportLimits {
  std::size_t connections = 20000;            ///< TCP, TLS and WSS, of one loop
  std::size_t connections_per_source = 4096;  ///< of one loop; a site behind one NAT address is one source
  std::size_t handshakes = 2048;              ///< TLS handshakes in progress, of one loop
  base::Millis handshake_timeout{10'000};
  base::Millis first_message_timeout{30'000};  ///< to SIP, from the end of the handshake (TCP: from the accept)
  base::Millis message_timeout{30'000};        ///< from the first octet of a message to its last
  base::Millis idle_timeout{7'200'000};        ///< without an octet from the peer; keep-alives count
  base::Millis sweep_interval{1'000};          ///< how coarse the four above are
  std::size_t send_queue_octets = 262'144;     ///< waiting for one connection, or for the UDP socket
  ParseLimits parse;
};

}  // namespace cadenas::sip
