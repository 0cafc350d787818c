#include "store/migrations.hpp"

#include <string>
#include <vector>

#include <soci/soci.h>

#include "store/transaction.hpp"

namespace cadenas::store {

namespace {

using Statements = std::vector<const char*>;

// Step N takes schema N-1 to N. A step that has been released is never edited; a change is a new step.
const std::vector<Statements>& steps() {
  // NOLINTBEGIN(bugprone-suspicious-missing-comma): a statement is longer than a line
  static const std::vector<Statements> all{
      // 1: who may register, and what holds for the system.
      {
          "CREATE TABLE system (id INTEGER PRIMARY KEY CHECK (id = 1), system_id TEXT NOT NULL, realm TEXT NOT NULL,"
          " unlock_key TEXT NOT NULL DEFAULT '', voice_encryption INTEGER NOT NULL DEFAULT 1,"
          " inter_ipbx_encryption INTEGER NOT NULL DEFAULT 0, mode TEXT NOT NULL DEFAULT 'pbx_cert')",
          "CREATE TABLE interface_name (kind TEXT NOT NULL CHECK (kind IN ('tel', 'admin', 'fqdn')),"
          " position INTEGER NOT NULL, value TEXT NOT NULL, PRIMARY KEY (kind, position))",
          "CREATE TABLE facility_class (name TEXT PRIMARY KEY, encryption_right INTEGER NOT NULL)",
          "CREATE TABLE subscription (number TEXT PRIMARY KEY, display_name TEXT NOT NULL, auth_user TEXT NOT NULL,"
          " ha1_md5 TEXT NOT NULL, ha1_sha256 TEXT NOT NULL, encryption_right INTEGER NOT NULL,"
          " facility_class TEXT REFERENCES facility_class (name), srtp_mode TEXT NOT NULL, terminal TEXT NOT NULL,"
          " offer_style TEXT NOT NULL)",
          "CREATE INDEX subscription_by_class ON subscription (facility_class)",
          "CREATE TABLE account (name TEXT PRIMARY KEY, role TEXT NOT NULL, password TEXT NOT NULL)",
      },
      // 2: what calls did, with the proof per leg.
      {
          "CREATE TABLE call (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, caller TEXT NOT NULL,"
          " callee TEXT NOT NULL, started_ms INTEGER NOT NULL, answered_ms INTEGER, ended_ms INTEGER NOT NULL,"
          " cause TEXT NOT NULL)",
          "CREATE TABLE call_leg (call_seq INTEGER NOT NULL REFERENCES call (seq) ON DELETE CASCADE,"
          " position INTEGER NOT NULL, party TEXT NOT NULL, transport TEXT NOT NULL, tls_version TEXT NOT NULL,"
          " tls_cipher TEXT NOT NULL, srtp_suite TEXT NOT NULL, authenticated INTEGER NOT NULL,"
          " rejected INTEGER NOT NULL, replayed INTEGER NOT NULL, clear INTEGER NOT NULL, padlock INTEGER NOT NULL,"
          " failing TEXT NOT NULL, PRIMARY KEY (call_seq, position)) WITHOUT ROWID",
      },
      // 3: the operations journal.
      {
          "CREATE TABLE journal (id INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL, actor TEXT NOT NULL,"
          " code TEXT NOT NULL, message TEXT NOT NULL, subject TEXT NOT NULL)",
      },
      // 4: BOTHWAY: declared trunks, and how certificates of phones are judged.
      {
          "CREATE TABLE trunk (name TEXT PRIMARY KEY, address TEXT NOT NULL, port INTEGER NOT NULL,"
          " transport TEXT NOT NULL, tls_identity TEXT NOT NULL)",
          "CREATE TABLE crl_uri (position INTEGER PRIMARY KEY, uri TEXT NOT NULL)",
          "ALTER TABLE system ADD COLUMN bound_to_subscription INTEGER NOT NULL DEFAULT 0",
          "ALTER TABLE system ADD COLUMN refuse_without_crl INTEGER NOT NULL DEFAULT 0",
          "ALTER TABLE system ADD COLUMN refuse_on_stale_crl INTEGER NOT NULL DEFAULT 0",
      },
      // 5: the network managers that are told of alarms.
      {
          "CREATE TABLE snmp_destination (name TEXT PRIMARY KEY, address TEXT NOT NULL, port INTEGER NOT NULL,"
          " version TEXT NOT NULL, kind TEXT NOT NULL, community TEXT NOT NULL, user TEXT NOT NULL,"
          " authentication_passphrase TEXT NOT NULL, privacy_passphrase TEXT NOT NULL, least_severity TEXT NOT NULL,"
          " enabled INTEGER NOT NULL)",
      },
      // 6: trunks that calls go to and come from.
      {
          "ALTER TABLE trunk ADD COLUMN send_port INTEGER NOT NULL DEFAULT 0",
          "ALTER TABLE trunk ADD COLUMN auth_user TEXT NOT NULL DEFAULT ''",
          "ALTER TABLE trunk ADD COLUMN auth_password TEXT NOT NULL DEFAULT ''",
          "ALTER TABLE trunk ADD COLUMN srtp_mode TEXT NOT NULL DEFAULT 'off'",
          "ALTER TABLE trunk ADD COLUMN verify_server INTEGER NOT NULL DEFAULT 1",
          "ALTER TABLE trunk ADD COLUMN max_calls INTEGER NOT NULL DEFAULT 100",
          "CREATE TABLE trunk_route (prefix TEXT PRIMARY KEY, trunk TEXT NOT NULL REFERENCES trunk (name)"
          " ON DELETE CASCADE, strip INTEGER NOT NULL)",
      },
      // 7: conferences that are called by a number.
      {
          "CREATE TABLE conference_room (number TEXT PRIMARY KEY, name TEXT NOT NULL, pin TEXT NOT NULL,"
          " clear_members TEXT NOT NULL, announcements INTEGER NOT NULL)",
      },
      // 8: the ports of the TDM bus, and whether the media board is in service.
      {
          "CREATE TABLE tdm_port (name TEXT PRIMARY KEY, shelf TEXT NOT NULL, line INTEGER NOT NULL,"
          " slot INTEGER NOT NULL, kind TEXT NOT NULL, number TEXT NOT NULL, display_name TEXT NOT NULL,"
          " prefix TEXT NOT NULL, strip INTEGER NOT NULL)",
          "CREATE UNIQUE INDEX tdm_port_by_number ON tdm_port (number) WHERE number <> ''",
          "ALTER TABLE system ADD COLUMN eip_in_service INTEGER NOT NULL DEFAULT 1",
      },
      // 9: rooms that hear each other, and who may break into calls.
      {
          "CREATE TABLE conference_link (one TEXT NOT NULL REFERENCES conference_room (number) ON DELETE CASCADE,"
          " other TEXT NOT NULL REFERENCES conference_room (number) ON DELETE CASCADE, PRIMARY KEY (one, other),"
          " CHECK (one < other))",
          "ALTER TABLE subscription ADD COLUMN intrusion_right INTEGER NOT NULL DEFAULT 0",
          "ALTER TABLE subscription ADD COLUMN listen_right INTEGER NOT NULL DEFAULT 0",
          "ALTER TABLE subscription ADD COLUMN intrusion_protected INTEGER NOT NULL DEFAULT 0",
      },
      // 10: DTLS-SRTP beside SDES.
      {
          "ALTER TABLE trunk ADD COLUMN offer_style TEXT NOT NULL DEFAULT 'savp'",
          "ALTER TABLE call_leg ADD COLUMN key_exchange TEXT NOT NULL DEFAULT ''",
          "UPDATE call_leg SET key_exchange = 'SDES' WHERE srtp_suite <> ''",
      },
  };
  // NOLINTEND(bugprone-suspicious-missing-comma)
  return all;
}

}  // namespace

int newest_schema() {
  return static_cast<int>(steps().size());
}

base::Result<void> migrate(soci::session& sql, int version) {
  Savepoint savepoint(sql);
  return atomically(savepoint, [&]() -> base::Result<void> {
    int present = 0;
    sql << "PRAGMA user_version", soci::into(present);
    if (present < 0 || present > newest_schema()) {
      return base::fail("store.newer-schema", "The database has schema " + std::to_string(present) +
                                                  ", this program knows up to " + std::to_string(newest_schema()) +
                                                  ": start the program that wrote it, or a newer one.");
    }
    for (int step = present; step < version; ++step) {
      for (const char* statement : steps()[static_cast<std::size_t>(step)]) sql << statement;
      sql << "PRAGMA user_version = " + std::to_string(step + 1);
    }
    return {};
  });
}

}  // namespace cadenas::store
