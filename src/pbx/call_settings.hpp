#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/clock.hpp"
#include "pbx/sdes.hpp"
#include "pbx/session_timer.hpp"

namespace cadenas::pbx {

/// Everything about calls that can be configured. Immutable once the calls are made.
struct CallSettings {
  std::size_t max_calls = 2000;           ///< in the whole iPBX; beyond it 503 with Retry-After
  std::size_t max_calls_per_number = 20;  ///< begun by one subscription; beyond it 503
  std::size_t max_forks = 10;             ///< contacts rung at once
  base::Millis ring_timeout{180'000};     ///< then the legs are cancelled and the caller gets 480
  base::Millis offer_timeout{60'000};     ///< for the final answer to a re-INVITE; then it is cancelled
  base::Millis return_wait{30'000};       ///< for a phone whose connection was lost in a call; 0: the call ends with it
  std::uint32_t max_forwards = 70;
  SessionTimerSettings session_timer;
  bool reliable_provisionals = true;  ///< RFC 3262 offered where the peer supports it
  SdesSuites suites;                  ///< ENC-1
  /// Hand one party's SDES keys to the other, so that the board relays without encrypting anew. Off: each leg has keys
  /// of its own, a phone that rings and does not answer never learns the key of the call, and a transfer needs no new
  /// keys; what it would save is one encryption of about 0.25 µs against 4 µs for moving the packet.
  bool pass_through = false;
  // What is dialled before a number to break into its call; empty: nobody can.
  std::string intrusion_prefix;        ///< CONF-5
  std::string listen_prefix;           ///< CONF-6
  std::string intervention_prefix;     ///< CONF-6
  bool listen_tone = true;             ///< the three hear a tone when somebody begins to listen in
  std::string user_agent = "Cadenas";  ///< Server and User-Agent
};

}  // namespace cadenas::pbx
