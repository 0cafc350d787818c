#include <algorithm>
#include <map>
#include <utility>

#include <soci/soci.h>

#include "store/database.hpp"
#include "store/input_rules.hpp"
#include "store/stored_value.hpp"
#include "store/transaction.hpp"

namespace cadenas::store {

namespace {

std::shared_ptr<const base::SecretBytes> secret_of(std::string& text) {
  std::shared_ptr<const base::SecretBytes> out;
  if (!text.empty()) out = std::make_shared<const base::SecretBytes>(base::SecretBytes::copy_of(base::as_bytes(text)));
  base::secure_wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
  return out;
}

base::Error no_password() {
  return {"trunk.no-password", "The stored password is bound to the old Digest user name: give the password again.",
          "auth_password"};
}

}  // namespace

void Database::read_trunks(Snapshot& into) {
  std::map<std::string, std::vector<TrunkRoute>> routes;
  {
    std::string trunk;
    TrunkRoute route;
    int strip = 0;
    soci::statement query = (sql_->prepare << "SELECT trunk, prefix, strip FROM trunk_route ORDER BY prefix",
                             soci::into(trunk), soci::into(route.prefix), soci::into(strip));
    query.execute();
    while (query.fetch()) {
      route.strip = static_cast<unsigned>(strip);
      routes[trunk].push_back(route);
    }
  }
  Trunk row;
  int port = 0;
  int send_port = 0;
  int verify = 0;
  int max_calls = 0;
  std::string transport;
  std::string srtp_mode;
  std::string offer_style;
  std::string password;
  soci::statement query =
      (sql_->prepare << "SELECT name, address, port, transport, tls_identity, send_port, auth_user, auth_password,"
                        " srtp_mode, offer_style, verify_server, max_calls FROM trunk",
       soci::into(row.name), soci::into(row.address), soci::into(port), soci::into(transport),
       soci::into(row.tls_identity), soci::into(send_port), soci::into(row.auth_user), soci::into(password),
       soci::into(srtp_mode), soci::into(offer_style), soci::into(verify), soci::into(max_calls));
  query.execute();
  while (query.fetch()) {
    row.port = static_cast<std::uint16_t>(port);
    row.transport = stored(parse_trunk_transport(transport));
    row.send_port = static_cast<std::uint16_t>(send_port);
    row.routes = routes[row.name];
    row.auth_password = secret_of(password);
    row.srtp_mode = stored(parse_srtp_mode(srtp_mode));
    row.offer_style = stored(parse_offer_style(offer_style));
    row.verify_server = verify != 0;
    row.max_calls = static_cast<std::uint32_t>(max_calls);
    into.trunks.insert_or_assign(row.name, std::make_shared<const Trunk>(row));
  }
}

base::Result<Trunk> Database::put_trunk(Trunk t) {
  if (auto ok = check(t); !ok) return tl::unexpected(ok.error());
  std::sort(t.routes.begin(), t.routes.end(), [](const auto& a, const auto& b) { return a.prefix < b.prefix; });
  return atomically(*savepoint_, [&]() -> base::Result<Trunk> {
    if (t.auth_user.empty()) {
      t.auth_password = nullptr;
    } else if (!t.auth_password) {
      std::string user;
      std::string password;
      *sql_ << "SELECT auth_user, auth_password FROM trunk WHERE name = :n", soci::into(user), soci::into(password),
          soci::use(t.name);
      t.auth_password = secret_of(password);
      if (!t.auth_password || user != t.auth_user) return tl::unexpected(no_password());
    }
    for (const TrunkRoute& route : t.routes) {
      std::string holder;
      *sql_ << "SELECT trunk FROM trunk_route WHERE prefix = :p", soci::into(holder), soci::use(route.prefix);
      if (sql_->got_data() && holder != t.name) {
        return base::fail("trunk.prefix-in-use", "Another trunk has this prefix already.", "routes");
      }
      if (has_row("SELECT COUNT(*) FROM tdm_port WHERE prefix = :k", route.prefix)) {
        return base::fail("trunk.prefix-in-use", "A TDM trunk has this prefix already.", "routes");
      }
      if (has_row("SELECT COUNT(*) FROM conference_room WHERE instr(number, :k) = 1", route.prefix)) {
        return base::fail("trunk.prefix-of-room",
                          "The number of a conference room begins with the prefix " + route.prefix + ".", "routes");
      }
    }
    write_trunk(t);
    return t;
  });
}

void Database::write_trunk(const Trunk& t) {
  const int port = t.port;
  const int send_port = t.send_port;
  const int verify = t.verify_server ? 1 : 0;
  const auto max_calls = static_cast<int>(t.max_calls);
  const std::string transport(to_string(t.transport));
  const std::string srtp_mode(to_string(t.srtp_mode));
  const std::string offer_style(to_string(t.offer_style));
  std::string password(t.auth_password ? base::as_text(t.auth_password->view()) : std::string_view{});
  *sql_
      << "INSERT INTO trunk (name, address, port, transport, tls_identity, send_port, auth_user, auth_password,"
         " srtp_mode, offer_style, verify_server, max_calls) VALUES (:n, :a, :p, :t, :i, :s, :u, :w, :m, :o, :v, :c)"
         " ON CONFLICT (name) DO UPDATE SET address = excluded.address, port = excluded.port,"
         " transport = excluded.transport, tls_identity = excluded.tls_identity, send_port = excluded.send_port,"
         " auth_user = excluded.auth_user, auth_password = excluded.auth_password, srtp_mode = excluded.srtp_mode,"
         " offer_style = excluded.offer_style, verify_server = excluded.verify_server, max_calls = excluded.max_calls",
      soci::use(t.name), soci::use(t.address), soci::use(port), soci::use(transport), soci::use(t.tls_identity),
      soci::use(send_port), soci::use(t.auth_user), soci::use(password), soci::use(srtp_mode), soci::use(offer_style),
      soci::use(verify), soci::use(max_calls);
  base::secure_wipe({reinterpret_cast<std::uint8_t*>(password.data()), password.size()});
  *sql_ << "DELETE FROM trunk_route WHERE trunk = :n", soci::use(t.name);
  for (const TrunkRoute& route : t.routes) {
    const auto strip = static_cast<int>(route.strip);
    *sql_ << "INSERT INTO trunk_route (prefix, trunk, strip) VALUES (:p, :n, :s)", soci::use(route.prefix),
        soci::use(t.name), soci::use(strip);
  }
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
