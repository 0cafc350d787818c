#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "alarms/board.hpp"
#include "alarms/oid.hpp"
#include "base/clock.hpp"

namespace cadenas::alarms {

/// Arc 1 of netSnmpPlaypen, which NET-SNMP-MIB leaves to experiments: the root of packaging/CADENAS-ALARM-MIB.txt.
inline constexpr std::string_view default_mib_root = "1.3.6.1.4.1.8072.9999.9999.1";

struct TimeTicks {
  std::uint32_t hundredths = 0;
  friend bool operator==(const TimeTicks&, const TimeTicks&) = default;
};

/// INTEGER, Unsigned32, TimeTicks, OCTET STRING, OBJECT IDENTIFIER (RFC 2578 §7.1).
using Value = std::variant<std::int32_t, std::uint32_t, TimeTicks, std::string, Oid>;

struct Variable {
  Oid name;
  Value value;
  friend bool operator==(const Variable&, const Variable&) = default;
};

/// The variables of an SNMPv2-Trap or InformRequest: sysUpTime.0 and snmpTrapOID.0 first (RFC 3416 §4.2.6).
using Notification = std::vector<Variable>;

/// Who notifies, and when.
struct NotificationOrigin {
  Oid mib_root;
  std::string system_id;
  base::Millis uptime{};  ///< since the notifications of this program began; sysUpTime wraps after 497 days
  bool in_alarm = false;  ///< *EN ALARME*, as `in_alarm` says
};

/// *EN ALARME* (OPS-3): an alarm of at least major severity stands.
bool in_alarm(const std::vector<Alarm>& active);

/// One change of the board as the MIB has it. Pure.
Notification describe(const Event& event, const NotificationOrigin& origin);
/// What `snmp test` sends.
Notification describe_test(base::WallTime now, const NotificationOrigin& origin);

/// DateAndTime in UTC (RFC 2579): 11 octets, to the tenth of a second.
std::string date_and_time(base::WallTime at);

}  // namespace cadenas::alarms
