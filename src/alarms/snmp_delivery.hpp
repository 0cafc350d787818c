#pragma once

#include <cstdint>
#include <optional>

#include "alarms/notification.hpp"
#include "alarms/snmp_engine.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "store/snmp_destination.hpp"

namespace cadenas::alarms {

enum class Delivery : std::uint8_t {
  sent,          ///< a trap left; nobody knows whether it arrived
  acknowledged,  ///< the manager answered the inform
  unanswered,    ///< it did not, however often it was repeated
};

/// How long an inform is waited for, and the engine discovery before a v3 inform as long again.
struct SnmpPatience {
  base::Millis timeout{1'000};  ///< for one attempt
  unsigned retries = 2;         ///< after the first; at least 1, as v3 may spend one on the receiver's clock
};

/// Our engine at this moment: the authority of v3 traps.
struct EngineNow {
  SnmpEngine engine;
  std::uint32_t seconds = 0;  ///< since its last start (RFC 3414 §2.2.1)
};

/// Sends one notification by NET-SNMP and waits for what can be waited for: (retries + 1) * timeout, twice that for a
/// v3 inform. Blocking; any thread, one after the other, as the library's users and engines are the process's. NET-SNMP
/// reads and writes no file and prints nothing; what it says goes to the log at level debug. Without `own`, v3 traps
/// are refused. Errors "snmp.no-engine", "snmp.not-sent".
base::Result<Delivery> deliver_by_snmp(const store::SnmpDestination& to, const Notification& what,
                                       const std::optional<EngineNow>& own, const SnmpPatience& patience);

}  // namespace cadenas::alarms
