#include <string>
#include <utility>

#include <soci/soci.h>

#include "store/database.hpp"
#include "store/input_rules.hpp"
#include "store/stored_value.hpp"
#include "store/transaction.hpp"

namespace cadenas::store {

namespace {

constexpr const char* port_exists = "SELECT COUNT(*) FROM tdm_port WHERE name = :k";

}  // namespace

void Database::read_tdm_ports(Snapshot& into) {
  TdmPort row;
  std::string name;
  int line = 0;
  int slot = 0;
  int strip = 0;
  std::string kind;
  soci::statement query =
      (sql_->prepare << "SELECT name, shelf, line, slot, kind, number, display_name, prefix, strip FROM tdm_port",
       soci::into(name), soci::into(row.shelf), soci::into(line), soci::into(slot), soci::into(kind),
       soci::into(row.number), soci::into(row.display_name), soci::into(row.prefix), soci::into(strip));
  query.execute();
  while (query.fetch()) {
    row.line = static_cast<std::uint8_t>(line);
    row.slot = static_cast<std::uint8_t>(slot);
    row.strip = static_cast<unsigned>(strip);
    row.kind = stored(parse_tdm_port_kind(kind));
    into.tdm_ports.insert_or_assign(name, std::make_shared<const TdmPort>(row));
  }
}

base::Result<TdmPort> Database::put_tdm_port(TdmPort p) {
  if (auto ok = check(p); !ok) return tl::unexpected(ok.error());
  return atomically(*savepoint_, [&]() -> base::Result<TdmPort> {
    const std::string name = p.name();
    if (!p.number.empty()) {
      std::string holder;
      *sql_ << "SELECT name FROM tdm_port WHERE number = :n", soci::into(holder), soci::use(p.number);
      const bool by_port = sql_->got_data() && holder != name;
      if (by_port || has_row("SELECT COUNT(*) FROM subscription WHERE number = :k", p.number) ||
          has_row("SELECT COUNT(*) FROM conference_room WHERE number = :k", p.number)) {
        return base::fail("tdm.number-in-use", "A subscription, a room or another port has this number already.",
                          "number");
      }
    }
    if (!p.prefix.empty()) {
      if (has_row("SELECT COUNT(*) FROM trunk_route WHERE prefix = :k", p.prefix)) {
        return base::fail("tdm.prefix-in-use", "A SIP trunk has this prefix already.", "prefix");
      }
      int others = 0;
      const auto strip = static_cast<int>(p.strip);
      *sql_ << "SELECT COUNT(*) FROM tdm_port WHERE prefix = :p AND strip <> :s AND name <> :n", soci::into(others),
          soci::use(p.prefix), soci::use(strip), soci::use(name);
      if (others > 0) {
        return base::fail("tdm.strip-differs", "The other channels with this prefix strip another number of it.",
                          "strip");
      }
    }
    const int line = p.line;
    const int slot = p.slot;
    const auto strip = static_cast<int>(p.strip);
    const std::string kind(to_string(p.kind));
    *sql_ << "INSERT INTO tdm_port (name, shelf, line, slot, kind, number, display_name, prefix, strip)"
             " VALUES (:n, :h, :l, :s, :k, :u, :d, :p, :t) ON CONFLICT (name) DO UPDATE SET kind = excluded.kind,"
             " number = excluded.number, display_name = excluded.display_name, prefix = excluded.prefix,"
             " strip = excluded.strip",
        soci::use(name), soci::use(p.shelf), soci::use(line), soci::use(slot), soci::use(kind), soci::use(p.number),
        soci::use(p.display_name), soci::use(p.prefix), soci::use(strip);
    return p;
  });
}

base::Result<void> Database::remove_tdm_port(std::string_view name) {
  return atomically(*savepoint_, [&]() -> base::Result<void> {
    const std::string key(name);
    if (!has_row(port_exists, key)) return base::fail("tdm.unknown", "There is no such TDM port declared.", "port");
    *sql_ << "DELETE FROM tdm_port WHERE name = :k", soci::use(key);
    return {};
  });
}

}  // namespace cadenas::store
