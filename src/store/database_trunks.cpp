#include <soci/soci.h>

#include "store/database.hpp"
#include "store/input_rules.hpp"
#include "store/stored_value.hpp"
#include "store/transaction.hpp"

namespace cadenas::store {

void Database::read_trunks(Snapshot& into) {
  Trunk row;
  int port = 0;
  std::string transport;
  soci::statement query =
      (sql_->prepare << "SELECT name, address, port, transport, tls_identity FROM trunk", soci::into(row.name),
       soci::into(row.address), soci::into(port), soci::into(transport), soci::into(row.tls_identity));
  query.execute();
  while (query.fetch()) {
    row.port = static_cast<std::uint16_t>(port);
    row.transport = stored(parse_trunk_transport(transport));
    into.trunks.insert_or_assign(row.name, row);
  }
}

base::Result<void> Database::put_trunk(const Trunk& t) {
  if (auto ok = check(t); !ok) return ok;
  return atomically(*savepoint_, [&]() -> base::Result<void> {
    const int port = t.port;
    const std::string transport(to_string(t.transport));
    *sql_ << "INSERT INTO trunk (name, address, port, transport, tls_identity) VALUES (:n, :a, :p, :t, :i)"
             " ON CONFLICT (name) DO UPDATE SET address = excluded.address, port = excluded.port,"
             " transport = excluded.transport, tls_identity = excluded.tls_identity",
        soci::use(t.name), soci::use(t.address), soci::use(port), soci::use(transport), soci::use(t.tls_identity);
    return {};
  });
}

base::Result<void> Database::remove_trunk(std::string_view name) {
  return atomically(*savepoint_, [&]() -> base::Result<void> {
    const std::string key(name);
    if (!has_row("SELECT COUNT(*) FROM trunk WHERE name = :k", key)) {
      return base::fail("trunk.unknown", "There is no trunk with this name.", "name");
    }
    *sql_ << "DELETE FROM trunk WHERE name = :k", soci::use(key);
    return {};
  });
}

}  // namespace cadenas::store
