#include <soci/soci.h>

#include "store/database.hpp"
#include "store/input_rules.hpp"
#include "store/licence.hpp"
#include "store/stored_value.hpp"
#include "store/transaction.hpp"

namespace cadenas::store {

namespace {

constexpr const char* subscription_exists = "SELECT COUNT(*) FROM subscription WHERE number = :k";
constexpr const char* class_exists = "SELECT COUNT(*) FROM facility_class WHERE name = :k";

base::Result<Ha1> read_ha1(const std::string& hex) {
  return hex.empty() ? base::Result<Ha1>{} : Ha1::from_hex(hex);
}

base::Error unknown_subscription() {
  return {"subscription.unknown", "There is no subscription with this number.", "number"};
}

std::vector<std::string> read_names(soci::session& sql, const std::string& kind) {
  std::vector<std::string> out;
  std::string value;
  soci::statement query = (sql.prepare << "SELECT value FROM interface_name WHERE kind = :k ORDER BY position",
                           soci::into(value), soci::use(kind));
  query.execute();
  while (query.fetch()) out.push_back(value);
  return out;
}

void write_names(soci::session& sql, const std::string& kind, const std::vector<std::string>& values) {
  sql << "DELETE FROM interface_name WHERE kind = :k", soci::use(kind);
  int position = 0;
  for (const std::string& value : values) {
    sql << "INSERT INTO interface_name (kind, position, value) VALUES (:k, :p, :v)", soci::use(kind),
        soci::use(position), soci::use(value);
    ++position;
  }
}

std::vector<std::string> read_crl_uris(soci::session& sql) {
  std::vector<std::string> out;
  std::string uri;
  soci::statement query = (sql.prepare << "SELECT uri FROM crl_uri ORDER BY position", soci::into(uri));
  query.execute();
  while (query.fetch()) out.push_back(uri);
  return out;
}

void write_rules(soci::session& sql, const PhoneCertificateRules& rules) {
  const int bound = rules.bound_to_subscription ? 1 : 0;
  const int without_crl = rules.refuse_without_crl ? 1 : 0;
  const int stale_crl = rules.refuse_on_stale_crl ? 1 : 0;
  sql << "UPDATE system SET bound_to_subscription = :b, refuse_without_crl = :w, refuse_on_stale_crl = :s",
      soci::use(bound), soci::use(without_crl), soci::use(stale_crl);
  sql << "DELETE FROM crl_uri";
  for (const std::string& uri : rules.crl_uris) sql << "INSERT INTO crl_uri (uri) VALUES (:u)", soci::use(uri);
}

}  // namespace

base::Result<Snapshot> Database::load() {
  return atomically(*savepoint_, [&]() -> base::Result<Snapshot> {
    Snapshot out;
    out.settings = read_settings();
    read_subscriptions(out);
    read_trunks(out);
    read_rooms(out);
    read_tdm_ports(out);
    out.room_links = read_room_links();
    read_snmp_destinations(out);
    {
      std::string name;
      int right = 0;
      soci::statement query =
          (sql_->prepare << "SELECT name, encryption_right FROM facility_class", soci::into(name), soci::into(right));
      query.execute();
      while (query.fetch()) out.classes.insert_or_assign(name, FacilityClass{name, right != 0});
    }
    std::string name;
    std::string role;
    std::string password;
    soci::statement query = (sql_->prepare << "SELECT name, role, password FROM account", soci::into(name),
                             soci::into(role), soci::into(password));
    query.execute();
    while (query.fetch()) {
      out.accounts.insert_or_assign(
          name, AdminAccount{name, stored(parse_admin_role(role)), stored(PasswordHash::from_encoded(password))});
    }
    return out;
  });
}

SystemSettings Database::read_settings() {
  SystemSettings out;
  std::string key;
  std::string mode;
  int voice = 0;
  int inter_ipbx = 0;
  int bound = 0;
  int without_crl = 0;
  int stale_crl = 0;
  int eip = 0;
  *sql_ << "SELECT system_id, realm, unlock_key, voice_encryption, inter_ipbx_encryption, mode, bound_to_subscription,"
           " refuse_without_crl, refuse_on_stale_crl, eip_in_service FROM system",
      soci::into(out.system_id), soci::into(out.realm), soci::into(key), soci::into(voice), soci::into(inter_ipbx),
      soci::into(mode), soci::into(bound), soci::into(without_crl), soci::into(stale_crl), soci::into(eip);
  out.licensed = unlock_key_fits(key, out.system_id);
  out.voice_encryption = voice != 0;
  out.inter_ipbx_encryption = inter_ipbx != 0;
  out.mode = stored(parse_transport_mode(mode));
  out.tel_addresses = read_names(*sql_, "tel");
  out.admin_addresses = read_names(*sql_, "admin");
  out.fqdns = read_names(*sql_, "fqdn");
  out.phone_certificates = {bound != 0, without_crl != 0, stale_crl != 0, read_crl_uris(*sql_)};
  out.eip_in_service = eip != 0;
  return out;
}

void Database::read_subscriptions(Snapshot& into) {
  Subscription row;
  std::string md5;
  std::string sha256;
  std::string srtp_mode;
  std::string terminal;
  std::string offer_style;
  int right = 0;
  int intrudes = 0;
  int listens = 0;
  int is_protected = 0;
  soci::statement query =
      (sql_->prepare << "SELECT number, display_name, auth_user, ha1_md5, ha1_sha256, encryption_right,"
                        " COALESCE(facility_class, ''), srtp_mode, terminal, offer_style, intrusion_right,"
                        " listen_right, intrusion_protected FROM subscription",
       soci::into(row.number), soci::into(row.display_name), soci::into(row.auth_user), soci::into(md5),
       soci::into(sha256), soci::into(right), soci::into(row.facility_class), soci::into(srtp_mode),
       soci::into(terminal), soci::into(offer_style), soci::into(intrudes), soci::into(listens),
       soci::into(is_protected));
  query.execute();
  while (query.fetch()) {
    row.credentials = {stored(read_ha1(md5)), stored(read_ha1(sha256))};
    row.encryption_right = right != 0;
    row.srtp_mode = stored(parse_srtp_mode(srtp_mode));
    row.terminal = stored(parse_terminal_kind(terminal));
    row.offer_style = stored(parse_offer_style(offer_style));
    row.intrusion_right = intrudes != 0;
    row.listen_right = listens != 0;
    row.intrusion_protected = is_protected != 0;
    auto value = std::make_shared<const Subscription>(row);
    into.subscriptions.insert_or_assign(value->number, value);
  }
}

void Database::write_subscription(const Subscription& s) {
  const std::string md5(s.credentials.md5.reveal_hex());
  const std::string sha256(s.credentials.sha256.reveal_hex());
  const int right = s.encryption_right ? 1 : 0;
  const std::string srtp_mode(to_string(s.srtp_mode));
  const std::string terminal(to_string(s.terminal));
  const std::string offer_style(to_string(s.offer_style));
  const int intrudes = s.intrusion_right ? 1 : 0;
  const int listens = s.listen_right ? 1 : 0;
  const int is_protected = s.intrusion_protected ? 1 : 0;
  *sql_ << "INSERT INTO subscription (number, display_name, auth_user, ha1_md5, ha1_sha256, encryption_right,"
           " facility_class, srtp_mode, terminal, offer_style, intrusion_right, listen_right, intrusion_protected)"
           " VALUES (:number, :name, :user, :md5, :sha, :right, NULLIF(:class, ''), :mode, :terminal, :style,"
           " :intrudes, :listens, :protected)"
           " ON CONFLICT (number) DO UPDATE SET display_name = excluded.display_name, auth_user = excluded.auth_user,"
           " ha1_md5 = excluded.ha1_md5, ha1_sha256 = excluded.ha1_sha256,"
           " encryption_right = excluded.encryption_right, facility_class = excluded.facility_class,"
           " srtp_mode = excluded.srtp_mode, terminal = excluded.terminal, offer_style = excluded.offer_style,"
           " intrusion_right = excluded.intrusion_right, listen_right = excluded.listen_right,"
           " intrusion_protected = excluded.intrusion_protected",
      soci::use(s.number), soci::use(s.display_name), soci::use(s.auth_user), soci::use(md5), soci::use(sha256),
      soci::use(right), soci::use(s.facility_class), soci::use(srtp_mode), soci::use(terminal), soci::use(offer_style),
      soci::use(intrudes), soci::use(listens), soci::use(is_protected);
}

base::Result<Subscription> Database::add_subscription(Subscription s) {
  if (auto ok = check(s); !ok) return tl::unexpected(ok.error());
  if (s.auth_user.empty()) s.auth_user = s.number;
  if (s.credentials.md5.empty() || s.credentials.sha256.empty()) {
    return base::fail("subscription.no-credentials", "A subscription needs a password.", "password");
  }
  return atomically(*savepoint_, [&]() -> base::Result<Subscription> {
    if (has_row(subscription_exists, s.number)) {
      return base::fail("subscription.exists", "There is a subscription with this number already.", "number");
    }
    if (has_row("SELECT COUNT(*) FROM conference_room WHERE number = :k", s.number)) {
      return base::fail("subscription.number-of-room", "A conference room has this number already.", "number");
    }
    if (!s.facility_class.empty() && !has_row(class_exists, s.facility_class)) {
      return base::fail("subscription.class-unknown", "There is no class of facility with this name.",
                        "facility_class");
    }
    write_subscription(s);
    return s;
  });
}

base::Result<Subscription> Database::change_subscription(Subscription s) {
  if (auto ok = check(s); !ok) return tl::unexpected(ok.error());
  if (s.auth_user.empty()) s.auth_user = s.number;
  return atomically(*savepoint_, [&]() -> base::Result<Subscription> {
    std::string user;
    std::string md5;
    std::string sha256;
    *sql_ << "SELECT auth_user, ha1_md5, ha1_sha256 FROM subscription WHERE number = :n", soci::into(user),
        soci::into(md5), soci::into(sha256), soci::use(s.number);
    if (!sql_->got_data()) return tl::unexpected(unknown_subscription());
    if (!s.facility_class.empty() && !has_row(class_exists, s.facility_class)) {
      return base::fail("subscription.class-unknown", "There is no class of facility with this name.",
                        "facility_class");
    }
    if (s.credentials.md5.empty() || s.credentials.sha256.empty()) {
      if (user != s.auth_user) {
        return base::fail("subscription.no-credentials",
                          "The stored password is bound to the old Digest user name: give the password again.",
                          "password");
      }
      s.credentials = {stored(read_ha1(md5)), stored(read_ha1(sha256))};
    }
    write_subscription(s);
    return s;
  });
}

base::Result<void> Database::remove_subscription(std::string_view number) {
  return atomically(*savepoint_, [&]() -> base::Result<void> {
    const std::string key(number);
    if (!has_row(subscription_exists, key)) return tl::unexpected(unknown_subscription());
    *sql_ << "DELETE FROM subscription WHERE number = :k", soci::use(key);
    return {};
  });
}

base::Result<void> Database::put_class(const FacilityClass& c) {
  if (auto ok = check(c); !ok) return ok;
  return atomically(*savepoint_, [&]() -> base::Result<void> {
    const int right = c.encryption_right ? 1 : 0;
    *sql_ << "INSERT INTO facility_class (name, encryption_right) VALUES (:n, :r)"
             " ON CONFLICT (name) DO UPDATE SET encryption_right = excluded.encryption_right",
        soci::use(c.name), soci::use(right);
    return {};
  });
}

base::Result<void> Database::remove_class(std::string_view name) {
  return atomically(*savepoint_, [&]() -> base::Result<void> {
    const std::string key(name);
    if (!has_row(class_exists, key)) {
      return base::fail("class.unknown", "There is no class of facility with this name.", "name");
    }
    if (has_row("SELECT COUNT(*) FROM subscription WHERE facility_class = :k", key)) {
      return base::fail("class.in-use", "Subscriptions have this class of facility: change them first.", "name");
    }
    *sql_ << "DELETE FROM facility_class WHERE name = :k", soci::use(key);
    return {};
  });
}

base::Result<SystemSettings> Database::change_settings(SystemSettings s) {
  if (auto ok = check(s); !ok) return tl::unexpected(ok.error());
  return atomically(*savepoint_, [&]() -> base::Result<SystemSettings> {
    const SystemSettings before = read_settings();
    s.system_id = before.system_id;
    s.licensed = before.licensed;
    int subscriptions = 0;
    *sql_ << "SELECT COUNT(*) FROM subscription", soci::into(subscriptions);
    if (s.realm != before.realm && subscriptions > 0) {
      return base::fail("settings.realm-in-use",
                        "Stored passwords hold for the present realm only: remove the subscriptions first.", "realm");
    }
    const int voice = s.voice_encryption ? 1 : 0;
    const int inter_ipbx = s.inter_ipbx_encryption ? 1 : 0;
    const std::string mode(to_string(s.mode));
    const int eip = s.eip_in_service ? 1 : 0;
    *sql_ << "UPDATE system SET realm = :r, voice_encryption = :v, inter_ipbx_encryption = :i, mode = :m,"
             " eip_in_service = :e",
        soci::use(s.realm), soci::use(voice), soci::use(inter_ipbx), soci::use(mode), soci::use(eip);
    write_names(*sql_, "tel", s.tel_addresses);
    write_names(*sql_, "admin", s.admin_addresses);
    write_names(*sql_, "fqdn", s.fqdns);
    write_rules(*sql_, s.phone_certificates);
    return s;
  });
}

base::Result<void> Database::unlock(std::string_view key) {
  return atomically(*savepoint_, [&]() -> base::Result<void> {
    if (!unlock_key_fits(key, read_settings().system_id)) {
      return base::fail("licence.key-invalid", "The unlock key does not belong to this system.", "key");
    }
    const std::string entered(key);
    *sql_ << "UPDATE system SET unlock_key = :k", soci::use(entered);
    return {};
  });
}

base::Result<void> Database::put_account(const AdminAccount& a) {
  if (auto ok = check(a); !ok) return ok;
  return atomically(*savepoint_, [&]() -> base::Result<void> {
    if (a.role != AdminRole::administrator &&
        has_row("SELECT COUNT(*) FROM account WHERE name = :k AND role = 'administrator'", a.name) &&
        !has_row("SELECT COUNT(*) FROM account WHERE name <> :k AND role = 'administrator'", a.name)) {
      return base::fail("account.last-administrator", "One administrator must remain.", "role");
    }
    const std::string role(to_string(a.role));
    *sql_ << "INSERT INTO account (name, role, password) VALUES (:n, :r, :p)"
             " ON CONFLICT (name) DO UPDATE SET role = excluded.role, password = excluded.password",
        soci::use(a.name), soci::use(role), soci::use(a.password.reveal_encoded());
    return {};
  });
}

base::Result<void> Database::remove_account(std::string_view name) {
  return atomically(*savepoint_, [&]() -> base::Result<void> {
    const std::string key(name);
    if (!has_row("SELECT COUNT(*) FROM account WHERE name = :k", key)) {
      return base::fail("account.unknown", "There is no account with this name.", "name");
    }
    if (has_row("SELECT COUNT(*) FROM account WHERE name = :k AND role = 'administrator'", key) &&
        !has_row("SELECT COUNT(*) FROM account WHERE name <> :k AND role = 'administrator'", key)) {
      return base::fail("account.last-administrator", "One administrator must remain.", "name");
    }
    *sql_ << "DELETE FROM account WHERE name = :k", soci::use(key);
    return {};
  });
}

}  // namespace cadenas::store
