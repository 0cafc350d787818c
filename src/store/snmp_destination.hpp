#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace cadenas::store {

/// How grave an alarm is; the numbers are those of the MIB.
enum class AlarmSeverity : std::uint8_t { critical = 1, major = 2, minor = 3, warning = 4 };
enum class SnmpVersion : std::uint8_t { v2c, v3 };
/// A trap is sent and forgotten; an inform is repeated until the manager acknowledges it.
enum class SnmpKind : std::uint8_t { trap, inform };

// The words used in the API, the CLI and the pages ("critical", "v2c", "inform", …).
std::string_view to_string(AlarmSeverity v);
std::string_view to_string(SnmpVersion v);
std::string_view to_string(SnmpKind v);
std::optional<AlarmSeverity> parse_alarm_severity(std::string_view word);
std::optional<SnmpVersion> parse_snmp_version(std::string_view word);
std::optional<SnmpKind> parse_snmp_kind(std::string_view word);

/// A secret that must be kept as it is, because it is sent or because keys are derived from it. Copies share the one
/// memory, which is wiped with the last of them; there is no way to print it by accident.
class KeptSecret {
 public:
  KeptSecret() = default;
  explicit KeptSecret(std::string_view text)
      : octets_(std::make_shared<const base::SecretBytes>(base::SecretBytes::copy_of(base::as_bytes(text)))) {}

  bool empty() const { return !octets_ || octets_->empty(); }
  std::size_t size() const { return octets_ ? octets_->size() : 0; }
  /// For the database and for SNMP itself only.
  std::string_view reveal() const { return octets_ ? base::as_text(octets_->view()) : std::string_view(); }

 private:
  std::shared_ptr<const base::SecretBytes> octets_;
};

/// A network manager that is told of alarms (OPS-3).
struct SnmpDestination {
  std::string name;          ///< 1 to 64 octets, unique
  std::string address;       ///< literal IP address
  std::uint16_t port = 162;  ///< UDP, not 0
  SnmpVersion version = SnmpVersion::v2c;
  SnmpKind kind = SnmpKind::trap;
  KeptSecret community;                                   ///< with v2c
  std::string user;                                       ///< with v3: 1 to 32 octets (RFC 3414 §5, usmUserName)
  KeptSecret authentication_passphrase;                   ///< with v3: HMAC-SHA-256 (RFC 7860), at least 8 octets
  KeptSecret privacy_passphrase;                          ///< with v3: AES-128 (RFC 3826), at least 8 octets
  AlarmSeverity least_severity = AlarmSeverity::warning;  ///< what is less grave is not sent
  bool enabled = true;
};

}  // namespace cadenas::store
