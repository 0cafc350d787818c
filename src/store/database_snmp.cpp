#include <soci/soci.h>

#include "store/database.hpp"
#include "store/input_rules.hpp"
#include "store/stored_value.hpp"
#include "store/transaction.hpp"

namespace cadenas::store {

void Database::read_snmp_destinations(Snapshot& into) {
  SnmpDestination row;
  int port = 0;
  int enabled = 0;
  std::string version;
  std::string kind;
  std::string community;
  std::string authentication;
  std::string privacy;
  std::string severity;
  soci::statement query =
      (sql_->prepare << "SELECT name, address, port, version, kind, community, user, authentication_passphrase,"
                        " privacy_passphrase, least_severity, enabled FROM snmp_destination",
       soci::into(row.name), soci::into(row.address), soci::into(port), soci::into(version), soci::into(kind),
       soci::into(community), soci::into(row.user), soci::into(authentication), soci::into(privacy),
       soci::into(severity), soci::into(enabled));
  query.execute();
  while (query.fetch()) {
    row.port = static_cast<std::uint16_t>(port);
    row.version = stored(parse_snmp_version(version));
    row.kind = stored(parse_snmp_kind(kind));
    row.community = KeptSecret(community);
    row.authentication_passphrase = KeptSecret(authentication);
    row.privacy_passphrase = KeptSecret(privacy);
    row.least_severity = stored(parse_alarm_severity(severity));
    row.enabled = enabled != 0;
    into.snmp_destinations.insert_or_assign(row.name, row);
  }
}

base::Result<SnmpDestination> Database::put_snmp_destination(SnmpDestination d) {
  return atomically(*savepoint_, [&]() -> base::Result<SnmpDestination> {
    Snapshot before;
    read_snmp_destinations(before);
    if (const auto at = before.snmp_destinations.find(d.name); at != before.snmp_destinations.end()) {
      keep_secrets(at->second, d);
    }
    if (auto ok = check(d); !ok) return tl::unexpected(ok.error());
    const int port = d.port;
    const int enabled = d.enabled ? 1 : 0;
    const std::string version(to_string(d.version));
    const std::string kind(to_string(d.kind));
    const std::string community(d.community.reveal());
    const std::string authentication(d.authentication_passphrase.reveal());
    const std::string privacy(d.privacy_passphrase.reveal());
    const std::string severity(to_string(d.least_severity));
    *sql_ << "INSERT OR REPLACE INTO snmp_destination (name, address, port, version, kind, community, user,"
             " authentication_passphrase, privacy_passphrase, least_severity, enabled)"
             " VALUES (:name, :address, :port, :version, :kind, :community, :user, :auth, :priv, :severity, :enabled)",
        soci::use(d.name), soci::use(d.address), soci::use(port), soci::use(version), soci::use(kind),
        soci::use(community), soci::use(d.user), soci::use(authentication), soci::use(privacy), soci::use(severity),
        soci::use(enabled);
    return d;
  });
}

base::Result<void> Database::remove_snmp_destination(std::string_view name) {
  return atomically(*savepoint_, [&]() -> base::Result<void> {
    const std::string key(name);
    if (!has_row("SELECT COUNT(*) FROM snmp_destination WHERE name = :k", key)) {
      return base::fail("snmp.unknown", "There is no SNMP destination with this name.", "name");
    }
    *sql_ << "DELETE FROM snmp_destination WHERE name = :k", soci::use(key);
    return {};
  });
}

}  // namespace cadenas::store
