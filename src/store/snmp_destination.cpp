#include "store/snmp_destination.hpp"

#include "store/words.hpp"

namespace cadenas::store {

namespace {

constexpr Words<AlarmSeverity, 4> severities{{{AlarmSeverity::critical, "critical"},
                                              {AlarmSeverity::major, "major"},
                                              {AlarmSeverity::minor, "minor"},
                                              {AlarmSeverity::warning, "warning"}}};
constexpr Words<SnmpVersion, 2> versions{{{SnmpVersion::v2c, "v2c"}, {SnmpVersion::v3, "v3"}}};
constexpr Words<SnmpKind, 2> notification_kinds{{{SnmpKind::trap, "trap"}, {SnmpKind::inform, "inform"}}};

}  // namespace

std::string_view to_string(AlarmSeverity v) {
  return word_of(severities, v);
}
std::string_view to_string(SnmpVersion v) {
  return word_of(versions, v);
}
std::string_view to_string(SnmpKind v) {
  return word_of(notification_kinds, v);
}
std::optional<AlarmSeverity> parse_alarm_severity(std::string_view word) {
  return value_of(severities, word);
}
std::optional<SnmpVersion> parse_snmp_version(std::string_view word) {
  return value_of(versions, word);
}
std::optional<SnmpKind> parse_snmp_kind(std::string_view word) {
  return value_of(notification_kinds, word);
}

}  // namespace cadenas::store
