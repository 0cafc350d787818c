#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sip/transport_counters.hpp"

namespace cadenas::pbx {

/// What one node has seen since the start. Written on its loop, read from any thread.
struct NodeCounters {
  sip::Counter registers;             ///< REGISTERs received
  sip::Counter registered;            ///< of these, carried out
  sip::Counter register_refused;      ///< of these, refused once authenticated
  sip::Counter invites;               ///< INVITEs outside a dialog
  sip::Counter challenged;            ///< answered 401
  sip::Counter authenticated;         ///< right credentials
  sip::Counter wrong_credentials;     ///< wrong password, unknown user, or another's user name
  sip::Counter replayed_credentials;  ///< a nonce count used twice
  sip::Counter backed_off;            ///< not looked at: GuessGuard
  sip::Counter not_heard;             ///< messages and REGISTERs that BOTHWAY does not take from that peer
  sip::Counter unserved;              ///< methods outside a dialog that nothing here serves
};

/// One line of /metrics.
struct CounterSample {
  std::string name;    ///< Prometheus name, "cadenas_…"
  std::string help;    ///< one sentence
  std::string labels;  ///< `reason="idle"`, empty if none
  bool gauge = false;  ///< else a counter
  std::uint64_t value = 0;
};

}  // namespace cadenas::pbx
