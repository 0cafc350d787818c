#include "store/input_rules.hpp"

#include <algorithm>
#include <set>

#include "base/endpoint.hpp"

namespace cadenas::store {

namespace {

constexpr std::size_t longest_number = 32;
constexpr std::size_t longest_name = 64;
constexpr std::size_t longest_display_name = 128;
constexpr std::size_t longest_fqdn = 253;  // RFC 1035 §2.3.4, without the final dot
constexpr std::size_t longest_label = 63;
constexpr std::size_t longest_snmp_user = 32;   // RFC 3414 §5, usmUserName
constexpr std::size_t shortest_passphrase = 8;  // RFC 3414 §11.2
constexpr std::size_t longest_password = 256;
constexpr std::uint32_t most_trunk_calls = 10'000;

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_number_character(char c) {
  return is_alphanumeric(c) || std::string_view("*#+._-").find(c) != std::string_view::npos;
}
// Printable ASCII that needs no escape in a quoted string (RFC 3261 §25.1) and no colon (RFC 7616 §3.4.2).
bool is_plain_quoted(char c) {
  return c > ' ' && c < 0x7f && c != '"' && c != '\\' && c != ':';
}

template <class Predicate>
bool is_all(std::string_view text, std::size_t longest, Predicate predicate) {
  return !text.empty() && text.size() <= longest && std::all_of(text.begin(), text.end(), predicate);
}

// RFC 3629 §4: no overlong form, no surrogate, nothing above U+10FFFF.
bool is_utf8_without_controls(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto first = static_cast<unsigned char>(text[i]);
    if (first < 0x20 || first == 0x7f) return false;
    const std::size_t size = first < 0x80 ? 1 : first >> 5 == 6 ? 2 : first >> 4 == 14 ? 3 : first >> 3 == 30 ? 4 : 0;
    if (size == 0 || i + size > text.size()) return false;
    char32_t point = size == 1 ? first : first & (0xffu >> (size + 1));
    for (std::size_t k = 1; k < size; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      if (next >> 6 != 2) return false;
      point = point << 6 | (next & 0x3f);
    }
    constexpr char32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = point >= 0xd800 && point <= 0xdfff;
    const bool c1_control = point >= 0x80 && point < 0xa0;
    if (point < smallest[size] || point > 0x10ffff || surrogate || c1_control) return false;
    i += size;
  }
  return true;
}

bool is_fqdn(std::string_view name) {
  if (name.empty() || name.size() > longest_fqdn) return false;
  for (;;) {
    const auto dot = name.find('.');
    const std::string_view label = name.substr(0, dot);
    if (!is_all(label, longest_label, [](char c) { return is_alphanumeric(c) || c == '-'; }) || label.front() == '-' ||
        label.back() == '-') {
      return false;
    }
    if (dot == std::string_view::npos) return true;
    name.remove_prefix(dot + 1);
  }
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= longest_name && is_utf8_without_controls(text);
}

// The list's own signature protects it, and there is no chain to verify a server with while chains are in question.
bool is_crl_uri(std::string_view uri) {
  constexpr std::string_view scheme = "http://";
  constexpr std::size_t longest = 2048;
  return uri.starts_with(scheme) && uri.size() > scheme.size() &&
         is_all(uri, longest, [](char c) { return c > ' ' && c < 0x7f; });
}

base::Result<void> check_addresses(const std::vector<std::string>& addresses, const char* field) {
  for (const std::string& address : addresses) {
    if (!base::Endpoint::parse(address, 0)) {
      return base::fail("settings.address-invalid", "An interface address must be a literal IPv4 or IPv6 address.",
                        field);
    }
  }
  return {};
}

}  // namespace

base::Result<void> check_number(std::string_view number) {
  if (is_all(number, longest_number, is_number_character)) return {};
  return base::fail("subscription.number-invalid",
                    "A number has 1 to 32 characters out of letters, digits and * # + . _ -.", "number");
}

base::Result<void> check_display_name(std::string_view name, const char* code) {
  if (name.size() <= longest_display_name && is_utf8_without_controls(name)) return {};
  return base::fail(code, "A display name is UTF-8 of at most 128 octets without control characters.", "display_name");
}

base::Result<void> check(const Subscription& s) {
  if (auto ok = check_number(s.number); !ok) return ok;
  if (auto ok = check_display_name(s.display_name, "subscription.display-name-invalid"); !ok) return ok;
  if (!s.auth_user.empty() && !is_all(s.auth_user, longest_name, is_plain_quoted)) {
    return base::fail("subscription.auth-user-invalid",
                      "A Digest user name has 1 to 64 printable ASCII characters, no space, quote, backslash or colon.",
                      "auth_user");
  }
  return {};
}

base::Result<void> check(const FacilityClass& c) {
  if (is_name(c.name)) return {};
  return base::fail("class.name-invalid", "A class of facility has a name of 1 to 64 octets.", "name");
}

base::Result<void> check(const SystemSettings& s) {
  if (!is_all(s.realm, longest_fqdn, is_plain_quoted)) {
    return base::fail("settings.realm-invalid",
                      "A realm has 1 to 253 printable ASCII characters, no space, quote, backslash or colon.", "realm");
  }
  if (auto ok = check_addresses(s.tel_addresses, "tel_addresses"); !ok) return ok;
  if (auto ok = check_addresses(s.admin_addresses, "admin_addresses"); !ok) return ok;
  if (!std::all_of(s.fqdns.begin(), s.fqdns.end(), is_fqdn)) {
    return base::fail("settings.fqdn-invalid", "An FQDN is made of labels of letters, digits and inner hyphens.",
                      "fqdns");
  }
  const auto& uris = s.phone_certificates.crl_uris;
  if (!std::all_of(uris.begin(), uris.end(), is_crl_uri)) {
    return base::fail("settings.crl-uri-invalid",
                      "Revocation lists are fetched by http only: an address begins with http:// and has no space.",
                      "crl_uris");
  }
  return {};
}

namespace {

base::Result<void> check_tls_of(const Trunk& t) {
  if (t.transport == TrunkTransport::tls) {
    if (t.tls_identity.size() <= longest_fqdn && is_utf8_without_controls(t.tls_identity)) return {};
    return base::fail("trunk.identity-invalid", "The name in a trunk's certificate has 1 to 253 octets.",
                      "tls_identity");
  }
  if (!t.tls_identity.empty()) {
    return base::fail("trunk.identity-without-tls", "Only a trunk over TLS shows a certificate.", "tls_identity");
  }
  if (!t.verify_server) {
    return base::fail("trunk.verify-without-tls", "Only a trunk over TLS shows a certificate that could go unverified.",
                      "verify_server");
  }
  if (t.srtp_mode != SrtpMode::off) {
    return base::fail("trunk.srtp-without-tls",
                      "Voice is encrypted on a trunk over TLS only: keys never travel in clear (ENC-8).", "srtp_mode");
  }
  return {};
}

base::Result<void> check_routes_of(const Trunk& t) {
  std::set<std::string_view> prefixes;
  for (const TrunkRoute& route : t.routes) {
    if (!is_all(route.prefix, longest_number, is_number_character)) {
      return base::fail("trunk.prefix-invalid",
                        "A prefix has 1 to 32 characters out of letters, digits and * # + . _ -.", "routes");
    }
    if (route.strip > route.prefix.size()) {
      return base::fail("trunk.strip-invalid", "No more characters are stripped than the prefix has.", "routes");
    }
    if (!prefixes.insert(route.prefix).second) {
      return base::fail("trunk.prefix-repeated", "A prefix is named once.", "routes");
    }
  }
  return {};
}

}  // namespace

base::Result<void> check(const Trunk& t) {
  if (!is_name(t.name)) return base::fail("trunk.name-invalid", "A trunk has a name of 1 to 64 octets.", "name");
  if (!base::Endpoint::parse(t.address, 0)) {
    return base::fail("trunk.address-invalid", "A trunk has a literal IPv4 or IPv6 address.", "address");
  }
  if (auto ok = check_tls_of(t); !ok) return ok;
  if (auto ok = check_routes_of(t); !ok) return ok;
  if (!t.auth_user.empty() && !is_all(t.auth_user, longest_name, is_plain_quoted)) {
    return base::fail("trunk.auth-user-invalid",
                      "A Digest user name has 1 to 64 printable ASCII characters, no space, quote, backslash or colon.",
                      "auth_user");
  }
  if (t.auth_password && (t.auth_password->empty() || t.auth_password->size() > longest_password)) {
    return base::fail("trunk.password-invalid", "A trunk's password has 1 to 256 octets.", "auth_password");
  }
  if (t.max_calls < 1 || t.max_calls > most_trunk_calls) {
    return base::fail("trunk.max-calls-invalid", "A trunk carries 1 to 10,000 calls at once.", "max_calls");
  }
  return {};
}

base::Result<void> check(const ConferenceRoom& r) {
  if (!is_all(r.number, longest_number, is_number_character)) {
    return base::fail("room.number-invalid", "A room's number has 1 to 32 letters, digits or * # + . _ -", "number");
  }
  if (r.name.size() > longest_display_name || !is_utf8_without_controls(r.name)) {
    return base::fail("room.name-invalid", "A room's name is UTF-8 of at most 128 octets, no control characters.",
                      "name");
  }
  if (!r.pin) return {};
  const std::string_view pin = base::as_text(r.pin->view());
  const bool digits = std::all_of(pin.begin(), pin.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (pin.size() < 4 || pin.size() > 12 || !digits) {
    return base::fail("room.pin-invalid", "A room's PIN has 4 to 12 digits.", "pin");
  }
  return {};
}

base::Result<void> check(const SnmpDestination& d) {
  if (!is_name(d.name)) return base::fail("snmp.name-invalid", "A destination has a name of 1 to 64 octets.", "name");
  if (!base::Endpoint::parse(d.address, 0)) {
    return base::fail("snmp.address-invalid", "A destination has a literal IPv4 or IPv6 address.", "address");
  }
  if (d.port == 0) return base::fail("snmp.port-invalid", "A destination has a port from 1 to 65535.", "port");
  if (d.version == SnmpVersion::v2c) {
    if (is_name(d.community.reveal())) return {};
    return base::fail("snmp.community-invalid", "SNMPv2c needs a community of 1 to 64 octets.", "community");
  }
  if (!is_all(d.user, longest_snmp_user, [](char c) { return c > ' ' && c < 0x7f; })) {
    return base::fail("snmp.user-invalid", "SNMPv3 needs a user of 1 to 32 printable ASCII characters.", "user");
  }
  const auto good = [](const KeptSecret& s) { return s.size() >= shortest_passphrase && is_name(s.reveal()); };
  if (!good(d.authentication_passphrase)) {
    return base::fail("snmp.passphrase-invalid", "SNMPv3 needs an authentication passphrase of 8 to 64 octets.",
                      "authentication_passphrase");
  }
  if (!good(d.privacy_passphrase)) {
    return base::fail("snmp.passphrase-invalid", "SNMPv3 needs a privacy passphrase of 8 to 64 octets.",
                      "privacy_passphrase");
  }
  return {};
}

void keep_secrets(const SnmpDestination& before, SnmpDestination& next) {
  if (before.version != next.version || before.address != next.address || before.user != next.user) return;
  if (next.community.empty()) next.community = before.community;
  if (next.authentication_passphrase.empty()) next.authentication_passphrase = before.authentication_passphrase;
  if (next.privacy_passphrase.empty()) next.privacy_passphrase = before.privacy_passphrase;
}

base::Result<void> check(const AdminAccount& a) {
  if (!is_name(a.name)) {
    return base::fail("account.name-invalid", "An account has a name of 1 to 64 octets.", "name");
  }
  if (a.password.reveal_encoded().empty()) {
    return base::fail("account.no-password", "An account needs a password.", "password");
  }
  return {};
}

}  // namespace cadenas::store
